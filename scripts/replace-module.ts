import type { Plugin } from 'esbuild';

type Shape = 'class' | 'function';

/** Puts empty exports in a module's place; with one shape alone, it is the module itself, as CommonJS has it. */
export function replace(
  name: string,
  filter: RegExp,
  exports: Shape | Readonly<Record<string, Shape>>,
): Plugin {
  const contents =
    typeof exports === 'string'
      ? `module.exports = ${exports} {};`
      : Object.entries(exports)
          .map(([id, shape]) => `export ${shape} ${id}${shape === 'function' ? '()' : ''} {}`)
          .join('\n');
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, () => ({ contents, loader: 'js' }));
    },
  };
}
