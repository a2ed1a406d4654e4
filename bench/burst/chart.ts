import type { BurstResult } from './burst.ts';
import { labelOf, thousands } from './report.ts';
import type { Sample } from './samples.ts';
import { drawPanel, roundUp, type Series } from './svg-panel.ts';

const MARGIN = { left: 58, right: 18, top: 76, bottom: 44 };
const WIDTH = 880;
const GAP = 66;
const PANEL_HEIGHT = 130;
const ROW_HEIGHT = 198;

/** Readable on white and on black: the picture takes the colours that its reader's system prefers. */
/** Of text, lines and ground: by day and by night. Written out, since not every viewer of SVG knows CSS variables. */
const COLOURS = {
  light: {
    text: '#24292f',
    grid: '#d0d7de',
    paper: '#fff',
    asked: '#6e7781',
    ok: '#1a7f37',
    no: '#8250df',
    busy: '#cf222e',
    queue: '#bc4c00',
    store: '#0969da',
  },
  dark: {
    text: '#e6edf3',
    grid: '#30363d',
    paper: '#0d1117',
    asked: '#8b949e',
    ok: '#3fb950',
    no: '#d2a8ff',
    busy: '#ff7b72',
    queue: '#f0883e',
    store: '#58a6ff',
  },
} as const;

const coloured = ({ text, paper, ...lines }: (typeof COLOURS)['light' | 'dark']): string =>
  [
    `text{fill:${text}}.paper{fill:${paper}}`,
    ...Object.entries(lines).map(([name, colour]) => `.${name}{stroke:${colour}}`),
  ].join('');

const STYLE = `
text{font:12px system-ui,sans-serif}
.head{font-size:15px;font-weight:600}.title{font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
path{fill:none;stroke-width:1.8;stroke-linejoin:round}.grid{stroke-width:1}.asked{stroke-dasharray:4 3}
${coloured(COLOURS.light)}
@media(prefers-color-scheme:dark){${coloured(COLOURS.dark)}}`;

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
