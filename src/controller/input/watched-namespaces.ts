import type { Config } from '../../config.ts';

/** One watch sees the pipelines of all namespaces: no right on those of a namespace goes when that is deleted. */
export function isWatched(namespace: string | undefined, { watchNamespaces }: Config): boolean {
  return watchNamespaces.length === 0 || watchNamespaces.some((name) => name === namespace);
}
