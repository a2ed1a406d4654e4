import { drawPanel, roundUp, type Series } from '../svg-panel.ts';
import { styleSheet } from '../svg-style.ts';
import type { BurstResult } from './burst.ts';
import { labelOf, thousands } from './report.ts';
import type { Sample } from './samples.ts';

const MARGIN = { left: 58, right: 18, top: 76, bottom: 44 };
const WIDTH = 880;
const GAP = 66;
const PANEL_HEIGHT = 130;
const ROW_HEIGHT = 198;
const TICK_SECONDS = 10;

const STYLE = styleSheet({
  asked: { light: '#6e7781', dark: '#8b949e', isDashed: true },
  ok: { light: '#1a7f37', dark: '#3fb950' },
  no: { light: '#8250df', dark: '#d2a8ff' },
  busy: { light: '#cf222e', dark: '#ff7b72' },
  queue: { light: '#bc4c00', dark: '#f0883e' },
  store: { light: '#0969da', dark: '#58a6ff' },
});

const ANSWER_STYLES: Readonly<Record<string, string>> = { 200: 'ok', 401: 'no', 503: 'busy' };

interface Row {
  readonly title: string;
  readonly series: (samples: readonly Sample[]) => readonly Series[];
}

const ROWS: readonly Row[] = [
  {
    title: 'requests/s',
    series: (samples) => [
      perSecond('sent', 'asked', samples, ({ sent }) => sent),
      ...codesOf(samples).map((code) =>
        perSecond(code, ANSWER_STYLES[code] ?? 'busy', samples, ({ answers }) => answers[code] ?? 0),
      ),
    ],
  },
  {
    title: 'environments of pre-queue',
    series: (samples) => [
      ...(samples.some(({ provisioned }) => provisioned > 0)
        ? [level('provisioned', 'asked', samples, ({ provisioned }) => provisioned)]
        : []),
      level('all', 'store', samples, ({ environments }) => environments),
    ],
  },
  {
    title: 'events',
    series: (samples) => [
      level('accepted', 'ok', samples, ({ answers }) => answers[200] ?? 0),
      level('in the queue', 'queue', samples, ({ queueDepth }) => queueDepth),
      level('documents', 'store', samples, ({ documents }) => documents),
    ],
  },
];

/** An SVG with the runs side by side, on the same axes. */
export function drawBursts(results: readonly BurstResult[]): string {
  const width = (WIDTH - MARGIN.left - MARGIN.right - (results.length - 1) * GAP) / results.length;
  const height = MARGIN.top + ROWS.length * ROW_HEIGHT - (ROW_HEIGHT - PANEL_HEIGHT) + MARGIN.bottom;
  const maxX = Math.ceil(
    Math.max(...results.flatMap(({ samples }) => samples.map(({ seconds }) => seconds))),
  );
  const ticksX = Array.from({ length: Math.floor(maxX / TICK_SECONDS) + 1 }, (_, index): [number, string] => {
    const seconds = index * TICK_SECONDS;
    return [seconds, String(seconds)];
  });
  const leftOf = (column: number) => Math.round(MARGIN.left + column * (width + GAP));
  const heads = results.map(
    (result, column) =>
      `<text class="head" x="${leftOf(column)}" y="20">${labelOf(result.settings)}</text>` +
      `<text x="${leftOf(column)}" y="40">${figuresOf(result)}</text>`,
  );
  const panels = ROWS.flatMap(({ title, series }, row) => {
    const all = results.map(({ samples }) => series(samples));
    const maxY = roundUp(Math.max(...all.flat().flatMap(({ points }) => points.map(([, y]) => y))));
    return all.map((ofRun, column) =>
      drawPanel({
        title,
        left: leftOf(column),
        top: MARGIN.top + row * ROW_HEIGHT,
        width: Math.round(width),
        height: PANEL_HEIGHT,
        maxX,
        maxY,
        titleX: 'seconds',
        ticksX,
        series: ofRun,
      }),
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="A burst of webhooks over time">
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${[...heads, ...panels].join('\n')}
</svg>
`;
}

function figuresOf({ settings, tally, coldStarts, lost }: BurstResult): string {
  return [
    `${thousands(settings.rate)}/s`,
    `${thousands(tally.answers.get(503) ?? 0)} × 503`,
    `${thousands(coldStarts)} cold starts`,
    `p99 ${tally.percentile(99).toFixed(0)} ms`,
    `${thousands(lost)} lost`,
  ].join(' · ');
}

const codesOf = (samples: readonly Sample[]) => Object.keys(samples.at(-1)?.answers ?? {}).sort();

function level(
  label: string,
  style: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): Series {
  return { label, style, points: samples.map((sample) => [sample.seconds, of(sample)]) };
}

/** Of what counts up: how fast, between a sample and the one before. */
function perSecond(
  label: string,
  style: string,
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): Series {
  const points = samples.slice(1).map((sample, index): [number, number] => {
    const before = samples[index] ?? sample;
    return [sample.seconds, (of(sample) - of(before)) / (sample.seconds - before.seconds)];
  });
  return { label, style, points };
}
