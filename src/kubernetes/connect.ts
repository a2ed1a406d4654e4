import type { Fence } from '../fence.ts';
import type { Proxies } from '../proxies.ts';
import { type ClientOptions, KubernetesClient } from './client.ts';
import { Credentials, type KubeconfigChoice } from './credentials.ts';
import { HttpTransport } from './http-transport.ts';

export interface Connection {
  client: KubernetesClient;
  /** Another client, on connections of its own. */
  another(options: AnotherClient): KubernetesClient;
  /** The namespace of the kubeconfig's context, for a command line. */
  namespace: string | undefined;
}

export interface AnotherClient extends Pick<ClientOptions, 'deadlineSeconds'> {
  /** Stands before each of its requests. */
  readonly fence?: Fence | undefined;
}

export interface ConnectOptions extends KubeconfigChoice, Omit<ClientOptions, 'transport'> {
  readonly proxies?: Proxies | undefined;
}

/**
 * A client for the cluster that KUBECONFIG, ~/.kube/config or the pod's service account names. Opens no connection
 * yet. A proxy of the kubeconfig comes before those of the environment. Throws `KubeconfigError` when there is none or it can't be read.
 */
export function connect(options: ConnectOptions): Connection {
  const { clock, deadlineSeconds, proxies, onRequest, ...choice } = options;
  const credentials = new Credentials(clock, choice);
  const another = ({ fence, ...own }: AnotherClient) =>
    new KubernetesClient({
      transport: new HttpTransport(credentials, proxies, fence),
      clock,
      onRequest,
      ...own,
    });
  return { client: another({ deadlineSeconds }), another, namespace: credentials.namespace };
}
