export interface Series {
  readonly label: string;
  /** A class of the chart's style sheet. */
  readonly style: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  /** What the vertical axis counts. */
  readonly title: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly maxX: number;
  readonly maxY: number;
  readonly titleX: string;
  /** What stands below the horizontal axis, and where. */
  readonly ticksX: readonly (readonly [x: number, label: string])[];
  readonly series: readonly Series[];
}

const TICKS_Y = 4;

/** One pair of axes with lines and their names. */
export function drawPanel({
  title,
  left,
  top,
  width,
  height,
  maxX,
  maxY,
  titleX,
  ticksX,
  series,
}: Panel): string {
  const x = (value: number) => Math.round(left + (value / maxX) * width);
  const y = (value: number) => Math.round(top + height - (value / maxY) * height);
  const ticksY = Array.from({ length: TICKS_Y + 1 }, (_, index) => (maxY * index) / TICKS_Y);
  const right = left + width;
  let legendX = right;
  const legend = series.toReversed().map(({ label, style }) => {
    legendX -= label.length * 7 + 26;
    return (
      `<path class="${style}" d="M${legendX} ${top - 12}h14"/>` +
      `<text x="${legendX + 18}" y="${top - 8}">${label}</text>`
    );
  });
  return [
    `<text class="title" x="${left}" y="${top - 8}">${title}</text>`,
    ...legend,
    ...ticksY.map(
      (value) =>
        `<path class="grid" d="M${left} ${y(value)}H${right}"/>` +
        `<text class="end" x="${left - 6}" y="${y(value) + 4}">${value.toLocaleString('en-US')}</text>`,
    ),
    ...ticksX.map(
      ([value, label]) => `<text class="middle" x="${x(value)}" y="${top + height + 16}">${label}</text>`,
    ),
    `<text class="end" x="${right}" y="${top + height + 30}">${titleX}</text>`,
    ...series.map(({ style, points }) => `<path class="${style}" d="${line(points, x, y)}"/>`),
  ].join('\n');
}

/** A number whose quarters are round, not below `value`. */
export function roundUp(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 4)));
  const nice = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((factor) => factor * step >= value) ?? 10;
  const most = nice * step;
  return Math.ceil(most / TICKS_Y) * TICKS_Y;
}

/** Steps from point to point take half the room of places. */
function line(points: Series['points'], x: (value: number) => number, y: (value: number) => number): string {
  let [fromX, fromY] = [0, 0];
  return points
    .map(([pointX, pointY], index) => {
      const [toX, toY] = [x(pointX), y(pointY)];
      const step = index === 0 ? `M${toX} ${toY}` : `l${toX - fromX} ${toY - fromY}`;
      [fromX, fromY] = [toX, toY];
      return step;
    })
    .join('');
}
