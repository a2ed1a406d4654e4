import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Takes Node's modules without importing them: an import reads all of a module's exports, and some are there to be
 * read only when needed. `node:http` loads a second HTTP client that way, and a WebSocket: 35 ms of CPU.
 */
export function lazyBuiltins(): Plugin {
  const builtins = new Set(builtinModules);
  return {
    name: 'lazy-builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(node:|[a-z])/ }, ({ path }) => {
        const name = path.replace(/^node:/, '');
        return builtins.has(name) ? { path: name, namespace: 'builtin', sideEffects: false } : undefined;
      });
      onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule('node:${path}');`,
      }));
    },
  };
}
