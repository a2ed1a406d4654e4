import type { Measured } from './measure.ts';

/** What the figures are to be held against. */
const GOALS = { timeRatio: 1.2, throttled: 0, longestWaitSeconds: 30, rssMiBAt500: 128 };

const COLUMNS: readonly (readonly [head: string, of: (measured: Measured) => string])[] = [
  ['pipelines', ({ pipelines }) => whole(pipelines)],
  ['ready s', ({ readySeconds }) => whole(readySeconds)],
  ['rates alone s', ({ floor }) => whole(floor.seconds)],
  ['ratio', (measured) => ratioOf(measured).toFixed(2)],
  ['calls to ready', ({ callsUntilReady }) => whole(callsUntilReady)],
  ['of each', (measured) => (measured.callsUntilReady / measured.pipelines).toFixed(1)],
  ['calls/h at rest', ({ callsAnHourAtRest }) => whole(callsAnHourAtRest)],
  ['/min of each', (measured) => (measured.callsAnHourAtRest / 60 / measured.pipelines).toFixed(1)],
  ['$ a month', ({ dollarsAnHourAtRest }) => (dollarsAnHourAtRest * HOURS_A_MONTH).toFixed(2)],
  ['resync of each', (measured) => resyncOfEach(measured).toFixed(1)],
  ['longest wait s', ({ longestWaitSeconds }) => longestWaitSeconds.toFixed(1)],
  ['throttled', ({ throttled }) => whole(throttled)],
  ['real s', ({ realSeconds }) => whole(realSeconds)],
];
const HOURS_A_MONTH = 730;

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** How many times as long it took as AWS's rates alone make necessary. */
export const ratioOf = ({ readySeconds, floor }: Measured): number =>
  floor.seconds === 0 ? Number.POSITIVE_INFINITY : readySeconds / floor.seconds;

export const resyncOfEach = ({ callsOfResync, pipelines }: Measured): number => callsOfResync / pipelines;

const line = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(COLUMNS[index]?.[0].length ?? 0)).join('  ');

export const headLine = (): string => line(COLUMNS.map(([head]) => head));
export const lineOf = (measured: Measured): string => line(COLUMNS.map(([, of]) => of(measured)));

/** What limits the largest size, and which goals are missed; a line each. */
export function remarksOn(results: readonly Measured[], rssMiB: number | undefined): string[] {
  const remarks = results.flatMap((measured) => {
    const { pipelines, floor, longestWaitSeconds, throttled } = measured;
    const of = `${whole(pipelines)} pipelines:`;
    const isLong = pipelines > 1 && ratioOf(measured) > GOALS.timeRatio;
    return [
      ...(isLong
        ? [
            `${of} ready after ${ratioOf(measured).toFixed(2)} times what ${floor.bucket ?? 'nothing'} makes necessary`,
          ]
        : []),
      ...(longestWaitSeconds > GOALS.longestWaitSeconds
        ? [`${of} a changed one waits ${longestWaitSeconds.toFixed(0)} s`]
        : []),
      ...(throttled > GOALS.throttled ? [`${of} ${throttled} calls were throttled`] : []),
    ];
  });
  return rssMiB !== undefined && rssMiB > GOALS.rssMiBAt500
    ? [...remarks, `the process takes ${rssMiB.toFixed(0)} MiB`]
    : remarks;
}

/** The last line: figures of the largest size; `rssMiB` undefined where memory was not measured. */
export function summaryOf(results: readonly Measured[], rssMiB: number | undefined): string {
  const largest = results.at(-1);
  if (largest === undefined) throw new Error('nothing was measured');
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return JSON.stringify({
    pipelines: largest.pipelines,
    timeRatio: rounded(ratioOf(largest)),
    callsPerPipelineResync: rounded(resyncOfEach(largest)),
    rssMiBAt500: rssMiB === undefined ? null : Math.round(rssMiB),
    throttled: results.reduce((sum, { throttled }) => sum + throttled, 0),
  });
}
