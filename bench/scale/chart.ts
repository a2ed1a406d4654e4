import { drawPanel, roundUp, type Series } from '../svg-panel.ts';
import { styleSheet } from '../svg-style.ts';
import type { Measured } from './measure.ts';
import { resyncOfEach } from './report.ts';

const MARGIN = { left: 62, right: 18, top: 42, bottom: 44 };
const WIDTH = 880;
const PANEL_HEIGHT = 130;
const ROW_HEIGHT = 198;

const STYLE = styleSheet({
  least: { light: '#6e7781', dark: '#8b949e', isDashed: true },
  first: { light: '#0969da', dark: '#58a6ff' },
  second: { light: '#bc4c00', dark: '#f0883e' },
});

type Line = readonly [label: string, style: string, of: (measured: Measured) => number];
const ROWS: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: 'minutes until all are ready',
    lines: [
      ['measured', 'first', ({ readySeconds }) => readySeconds / 60],
      ["AWS's rates alone", 'least', ({ floor }) => floor.seconds / 60],
    ],
  },
  {
    title: 'calls of each pipeline',
    lines: [
      ['until ready', 'first', ({ callsUntilReady, pipelines }) => callsUntilReady / pipelines],
      ['a look at everything', 'second', resyncOfEach],
    ],
  },
  {
    title: 'calls a minute of each pipeline, at rest',
    lines: [['calls', 'first', ({ callsAnHourAtRest, pipelines }) => callsAnHourAtRest / 60 / pipelines]],
  },
];

/** An SVG of what pipelines take, size by size; sizes stand at equal distances. */
export function drawScale(results: readonly Measured[]): string {
  const height = MARGIN.top + ROWS.length * ROW_HEIGHT - (ROW_HEIGHT - PANEL_HEIGHT) + MARGIN.bottom;
  const panels = ROWS.map(({ title, lines }, row) => {
    const series = lines.map(
      ([label, style, of]): Series => ({
        label,
        style,
        points: results.map((measured, index) => [index, of(measured)]),
      }),
    );
    return drawPanel({
      title,
      left: MARGIN.left,
      top: MARGIN.top + row * ROW_HEIGHT,
      width: WIDTH - MARGIN.left - MARGIN.right,
      height: PANEL_HEIGHT,
      maxX: Math.max(1, results.length - 1),
      maxY: roundUp(Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)))),
      titleX: 'pipelines',
      ticksX: results.map(({ pipelines }, index) => [index, pipelines.toLocaleString('en-US')]),
      series,
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="What pipelines take, by their number">
<style>${STYLE}
</style>
<rect class="paper" width="${WIDTH}" height="${height}"/>
${panels.join('\n')}
</svg>
`;
}
