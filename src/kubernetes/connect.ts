import type { Clock } from '../clock.ts';
import type { Proxies } from '../proxies.ts';
import { KubernetesClient } from './client.ts';
import { Credentials, type KubeconfigChoice } from './credentials.ts';
import { HttpTransport } from './http-transport.ts';

export interface Connection {
  client: KubernetesClient;
  /** The namespace of the kubeconfig's context, for a command line. */
  namespace: string | undefined;
}

/**
 * A client for the cluster that KUBECONFIG, ~/.kube/config or the pod's service account names. Opens no connection
 * yet. A proxy of the kubeconfig comes before those of the environment. Throws `KubeconfigError` when there is none or it can't be read.
 */
export function connect(
  options: { clock: Clock; deadlineSeconds?: number; proxies?: Proxies | undefined } & KubeconfigChoice,
): Connection {
  const { clock, deadlineSeconds = 30, proxies, ...choice } = options;
  const credentials = new Credentials(clock, choice);
  // The lease will get a second `HttpTransport` over the same credentials, in a client with a short deadline.
  const transport = new HttpTransport(credentials, proxies);
  return {
    client: new KubernetesClient({ transport, clock, deadlineSeconds }),
    namespace: credentials.namespace,
  };
}
