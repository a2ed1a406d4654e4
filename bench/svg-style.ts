/** The colour of a line on a white ground and on a dark one. */
export interface LineStyle {
  readonly light: string;
  readonly dark: string;
  readonly isDashed?: true;
}

/** Of text, ground and grid. Written out, since not every viewer of SVG knows CSS variables. */
const GROUND = {
  light: { text: '#24292f', paper: '#fff', grid: '#d0d7de' },
  dark: { text: '#e6edf3', paper: '#0d1117', grid: '#30363d' },
} as const;

/** What a chart looks like: it takes the colours that its reader's system prefers. Lines are classes by their names. */
export function styleSheet(lines: Readonly<Record<string, LineStyle>>): string {
  const coloured = (side: 'light' | 'dark') => {
    const { text, paper, grid } = GROUND[side];
    const strokes = Object.entries(lines).map(([name, style]) => `.${name}{stroke:${style[side]}}`);
    return [`text{fill:${text}}.paper{fill:${paper}}.grid{stroke:${grid}}`, ...strokes].join('');
  };
  const dashed = Object.entries(lines).flatMap(([name, { isDashed }]) =>
    isDashed ? [`.${name}{stroke-dasharray:4 3}`] : [],
  );
  return `
text{font:12px system-ui,sans-serif}
.head{font-size:15px;font-weight:600}.title{font-weight:600}.end{text-anchor:end}.middle{text-anchor:middle}
path{fill:none;stroke-width:1.8;stroke-linejoin:round}.grid{stroke-width:1}${dashed.join('')}
${coloured('light')}
@media(prefers-color-scheme:dark){${coloured('dark')}}`;
}
