import { describe, expect, test } from 'vitest';
import { drawScale } from '../../../../bench/scale/chart.ts';
import type { Measured } from '../../../../bench/scale/measure.ts';
import { readOptions } from '../../../../bench/scale/options.ts';
import { remarksOn, summaryOf } from '../../../../bench/scale/report.ts';

const measuredOf = (pipelines: number, more: Partial<Measured> = {}): Measured => ({
  pipelines,
  readySeconds: 110 * pipelines,
  floor: { seconds: 100 * pipelines, bucket: 'cloudwatch:PutMetricAlarm' },
  callsUntilReady: 150 * pipelines,
  callsAnHourAtRest: 240 * pipelines,
  dollarsAnHourAtRest: 0.01,
  longestWaitSeconds: 20,
  callsOfResync: 3 * pipelines,
  throttled: 0,
  realSeconds: 1,
  ...more,
});

describe('the report', () => {
  test('ends with the figures of the largest size', () => {
    expect(JSON.parse(summaryOf([measuredOf(1), measuredOf(1000)], 120.4))).toEqual({
      pipelines: 1000,
      timeRatio: 1.1,
      callsPerPipelineResync: 3,
      rssMiBAt500: 120,
      throttled: 0,
    });
  });

  test('counts what was throttled in any size, and says where nothing was measured', () => {
    expect(JSON.parse(summaryOf([measuredOf(1, { throttled: 2 }), measuredOf(10)], undefined))).toMatchObject(
      {
        throttled: 2,
        rssMiBAt500: null,
      },
    );
  });

  test('names the goals that are missed, and no others', () => {
    expect(remarksOn([measuredOf(10)], 128)).toEqual([]);
    const slow = measuredOf(10, { readySeconds: 2000, longestWaitSeconds: 40, throttled: 3 });
    expect(remarksOn([slow], 140)).toEqual([
      '10 pipelines: ready after 2.00 times what cloudwatch:PutMetricAlarm makes necessary',
      '10 pipelines: a changed one waits 40 s',
      '10 pipelines: 3 calls were throttled',
      'the process takes 140 MiB',
    ]);
  });
});

describe('the plot', () => {
  test('has a line of each figure, and a place for each size', () => {
    const svg = drawScale([measuredOf(1), measuredOf(10), measuredOf(1000)]);
    for (const text of ['measured', "AWS's rates alone", 'until ready', 'a look at everything', '1,000'])
      expect(svg).toContain(`>${text}</text>`);
    // The last point of each line is at the right edge, 880 − 18.
    const lines = [...svg.matchAll(/class="(?:first|second|least)" d="(M[^"]+l[^"]+)"/g)];
    expect(lines).toHaveLength(5);
    for (const [, path = ''] of lines) {
      const xs = [...path.matchAll(/[Ml](-?\d+)/g)].map(([, x]) => Number(x));
      expect(xs.reduce((sum, x) => sum + x, 0)).toBe(862);
    }
  });

  test('of one size is one of points', () => {
    expect(drawScale([measuredOf(7)])).not.toContain('NaN');
  });
});

describe('the options', () => {
  test('are all sizes by default', () => {
    expect(readOptions([])).toEqual({ sizes: [1, 10, 100, 500, 1000], memory: 500, plot: undefined });
  });

  test('are sizes in ascending order, each once', () => {
    expect(readOptions(['--sizes', '10,1,10']).sizes).toEqual([1, 10]);
  });

  test.each([['0'], ['1.5'], ['many'], [''], ['3000'], ['1,']])('refuses %s', (sizes) => {
    expect(() => readOptions(['--sizes', sizes])).toThrow(/--sizes takes whole numbers from 1 to 2000/);
  });
});
