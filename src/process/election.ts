import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { LeaderElector } from '../kubernetes/leader-election/elector.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { StartError } from '../start-error.ts';

export interface ElectionOptions {
  readonly election: Config['leaderElection'];
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Where Kubernetes tells a pod its namespace. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Which Lease the operators compete for. */
export const leaseOf = ({ leaseName, namespace }: ElectionOptions['election']) => ({
  name: leaseName || 'nami-operator',
  namespace: namespace || ownNamespace(),
});

/** Enters this process into the election of the one operator that works; when it is voted out, the process ends. */
export function enterElection({ election, client, clock, logger }: ElectionOptions): LeaderElector {
  const lease = leaseOf(election);
  const elector = new LeaderElector({
    ...election,
    client,
    clock,
    logger,
    lease,
    // A pod whose container starts anew has the same name, and may be another process all the same.
    identity: `${hostname()}_${Buffer.from(clock.randomBytes(8)).toString('hex')}`,
    onLost: (why) => {
      logger.error({ lease, why }, 'leads no more, and ends');
      process.exit(1);
    },
  });
  elector.start();
  return elector;
}

/** Throws {@link StartError} where nothing says which it is: a guess may be another operator's other guess. */
function ownNamespace(): string {
  try {
    return readFileSync(NAMESPACE_FILE, 'utf8').trim();
  } catch (cause) {
    throw new StartError(
      'the operator is in no pod, so that the namespace of its Lease is not known: set NAMI_NAMESPACE to it, or NAMI_LEADER_ELECTION to false where no other operator runs',
      { cause },
    );
  }
}
