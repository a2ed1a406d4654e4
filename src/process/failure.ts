import { ConfigError } from '../config.ts';
import { KubeconfigError, KubernetesApiError, ServerUnreachableError } from '../kubernetes/errors.ts';
import { ProxyError } from '../proxies.ts';
import { StartError } from '../start-error.ts';

/** Errors whose message alone tells the user what to do. */
const PLAIN = [
  StartError,
  ConfigError,
  ProxyError,
  KubeconfigError,
  ServerUnreachableError,
  KubernetesApiError,
];

/** Says why the operator can't start, and ends it. */
export function fail(error: unknown): never {
  const isPlain = PLAIN.some((type) => error instanceof type);
  console.error(isPlain ? `nami-operator: ${(error as Error).message}` : error);
  process.exit(1);
}
