import { readFileSync } from 'node:fs';
import { StartError } from '../start-error.ts';

/** Where Kubernetes tells a pod its namespace. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const NAME = 'nami-operator';

/** Which Lease the operators compete for. Throws {@link StartError} where nothing says in which namespace: a guess may be another's guess too. */
export function leasePlace({ leaseName, namespace }: { leaseName: string; namespace: string }) {
  return { name: leaseName || NAME, namespace: namespace || ownNamespace() };
}

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
