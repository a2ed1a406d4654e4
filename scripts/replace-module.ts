import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

type Shape = keyof typeof SHAPES;

const SHAPES = {
  class: (name: string) => `class ${name} {}`,
  function: (name: string) => `function ${name}() {}`,
  'class factory': (name: string) => `function ${name}() { return class {}; }`,
  'empty text': (name: string) => `function ${name}() { return ''; }`,
  identity: (name: string) => `function ${name}(it) { return it; }`,
  nothing: (name: string) => `const ${name} = undefined;`,
} as const;

/** Puts exports that do nothing in a module's place; with one shape alone, it is the module itself, as CommonJS has it. */
export function replace(
  name: string,
  filter: RegExp,
  exports: Shape | Readonly<Record<string, Shape>>,
): Plugin {
  const contents =
    typeof exports === 'string'
      ? `module.exports = ${SHAPES[exports]('')};`
      : Object.entries(exports)
          .map(([id, shape]) => `export ${SHAPES[shape](id)}`)
          .join('\n');
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, () => ({ contents, loader: 'js' }));
    },
  };
}

/** Puts what `change` makes of a module's source in its place. */
export function rewrite(
  name: string,
  filter: RegExp,
  change: (source: string, path: string) => string,
): Plugin {
  return {
    name,
    setup({ onLoad }) {
      onLoad({ filter }, async ({ path }) => ({
        contents: change(await readFile(path, 'utf8'), path),
        loader: 'js',
      }));
    },
  };
}
