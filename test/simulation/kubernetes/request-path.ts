/** What a request names. */
export interface Target {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
}

/** Reads "/apis/<group>/<version>/namespaces/<namespace>/<resource>/<name>/<subresource>?…" and its shorter forms. */
export function targetOf(path: string): Target {
  const [pathname = '', search = ''] = path.split('?');
  const [root, ...rest] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const steps = rest.slice(root === 'apis' ? 2 : 1);
  const isNamespaced = steps[0] === 'namespaces' && steps.length > 2;
  const [resource = '', name, subresource] = isNamespaced ? steps.slice(2) : steps;
  return {
    resource,
    namespace: isNamespaced ? steps[1] : undefined,
    name,
    subresource,
    query: new URLSearchParams(search),
  };
}

export const keyOfTarget = ({ namespace, name = '' }: Pick<Target, 'namespace' | 'name'>): string =>
  namespace === undefined ? name : `${namespace}/${name}`;
