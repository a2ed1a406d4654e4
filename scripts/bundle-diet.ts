import type { Plugin } from 'esbuild';
import type { Sender } from '../src/senders/sender.ts';
import { SENDERS } from '../src/senders/senders.ts';
import { lazyBuiltins } from './lazy-builtins.ts';
import { replace, rewrite } from './replace-module.ts';

/**
 * What the operator's dependencies load and the operator never uses, left out of its bundle. Together that is half of
 * the operator's memory. Each says what it relies on; the test of the bundle holds them to it.
 */
export const diet: readonly Plugin[] = [
  constantTraits(),
  sendersWithoutWords(),
  // KubeConfig makes clients of the generated API with it, which the operator doesn't: it has its own requests.
  replace('kubernetes-api', /@kubernetes\/client-node\/dist\/gen\/index\.js$/, {
    createConfiguration: 'function',
    ServerConfiguration: 'class',
  }),
  // The transport of those clients.
  replace('undici', /\/undici\/index\.js$/, { Agent: 'class', ProxyAgent: 'class' }),
  // Of auth-providers that Kubernetes has removed, and the operator refuses by name.
  replace('jsonpath-plus', /\/jsonpath-plus\/dist\/index-node-esm\.js$/, { JSONPath: 'function' }),
  // Proxies that the operator's own transport refuses by name.
  replace('socks', /\/socks-proxy-agent\/dist\/index\.js$/, { SocksProxyAgent: 'class' }),
  replace('socks-client', /\/socks\/build\/index\.js$/, { SocksClient: 'class' }),
  // pino's worker threads, for log formats other than JSON.
  replace('thread-stream', /\/thread-stream\/index\.js$/, 'class'),
  // prom-client's ways to other collectors, its own list of metrics, and a kind of metric that is not used.
  replace(
    'prom-client',
    /\/prom-client\/lib\/(cluster|defaultMetrics|metricAggregators|pushgateway|summary)\.js$/,
    'class',
  ),
  lazyBuiltins(),
];

/**
 * The SDK's schemas are arrays with object literals whose keys are constants of the file, `{ [_xN]: "Item" }`. To
 * esbuild a computed key may do anything, so it keeps every schema of a service; with the key written out it sees
 * that most are used by no command. Of EC2, two thirds of a megabyte go.
 */
function constantTraits(): Plugin {
  return rewrite(
    'constant-traits',
    /@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_\d+\.js$/,
    (source) => {
      const constants = new Map(
        [...source.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return source.replace(/\[(\w+)\](?=: )/g, (whole, name) => constants.get(name) ?? whole);
    },
  );
}

/** What is told of the named senders is read by their pages and tests alone. */
function sendersWithoutWords(): Plugin {
  const told = Object.entries<Sender>(SENDERS).map(([name, sender]) => {
    const { title, page, guide, secret, shown, note, ...rest } = sender;
    return [name, rest];
  });
  const contents = `export const SENDERS = ${JSON.stringify(Object.fromEntries(told))};`;
  return rewrite('senders-without-words', /src\/senders\/senders\.ts$/, () => contents);
}
