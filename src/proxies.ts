import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Proxies, in the words of the `proxyEnv` of Node's own agents, which speak to them. */
export interface Proxies {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY: string;
}

/** Proxies or exceptions from them that can't be used. The message names the variable and says what to set. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

/** Never by a proxy, whatever is set. */
const LOOPBACK = ['localhost', '127.0.0.0-127.255.255.255', '::1'];

/**
 * The proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; nothing where there are none. They mean what they
 * mean to Go's programs, client-go's among them: a name in NO_PROXY stands for all below it, too, and a range may be
 * written as 10.0.0.0/8. (Go: golang.org/x/net/http/httpproxy; Node's own words are fewer: http.Agent, "proxyEnv". Of
 * IPv6 it knows no ranges at all: see {@link proxiesTo}.) Throws {@link ProxyError}.
 */
export function readProxies(environment: Readonly<Record<string, string | undefined>>): Proxies | undefined {
  const read = (name: string) => environment[name] || environment[name.toLowerCase()] || undefined;
  const http = proxyUrl('HTTP_PROXY', read('HTTP_PROXY'));
  const https = proxyUrl('HTTPS_PROXY', read('HTTPS_PROXY'));
  if (http === undefined && https === undefined) return undefined;
  const given = (read('NO_PROXY') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  rangesOf(given.filter(isIPv6Range));
  return {
    ...(http !== undefined && { HTTP_PROXY: http }),
    ...(https !== undefined && { HTTPS_PROXY: https }),
    NO_PROXY: [...LOOPBACK, ...given.flatMap(inNodesWords)].join(),
  };
}

/**
 * The proxies on the way to a server; nothing where a range of IPv6 in NO_PROXY holds its address. AWS's endpoints have
 * names, which no range holds.
 */
export function proxiesTo(serverUrl: string, proxies: Proxies): Proxies | undefined {
  const host = URL.parse(serverUrl)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const ranges = proxies.NO_PROXY.split(',').filter(isIPv6Range);
  return isIPv6(host) && rangesOf(ranges).check(host, 'ipv6') ? undefined : proxies;
}

const isIPv6Range = (entry: string) => entry.includes('/') && isIPv6(entry.split('/')[0] ?? '');

function rangesOf(entries: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const entry of entries) {
    const [address = '', bits = ''] = entry.split('/');
    if (!/^\d+$/.test(bits) || Number(bits) > 128)
      throw new ProxyError(
        `NO_PROXY has the range ${entry}: write one of IPv6 as fd00::/8, of 128 bits at most`,
      );
    ranges.addSubnet(address, Number(bits), 'ipv6');
  }
  return ranges;
}

function proxyUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    // Not the value: it may hold a password.
    throw new ProxyError(
      `${name} is not the URL of an HTTP proxy: set it to one, such as http://proxy.example:3128`,
    );
  }
  return url;
}

function inNodesWords(entry: string): string[] {
  const [address = '', bits] = entry.split('/');
  if (isIPv4(address) && bits !== undefined && /^\d+$/.test(bits)) return [range(address, Number(bits))];
  const isName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(entry) && !isIPv4(entry);
  return isName ? [entry, `.${entry}`] : [entry];
}

/** From the first address of a range to its last. */
function range(address: string, bits: number): string {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - Math.min(bits, 32));
  const first = value - (value % size);
  const text = (number: number) =>
    [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
  return `${text(first)}-${text(first + size - 1)}`;
}
