import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { pipelineOwner } from '../../plan/identity.ts';
import { volumeIdentity } from '../../plan/store.ts';
import type { Context } from '../context.ts';
import { regionOf } from '../input/endpoint-claim.ts';
import { knownStore } from '../input/known-store.ts';
import { resolveNetwork } from '../input/resolve-network.ts';
import { parseSpec } from '../input/stored-spec.ts';

/**
 * Zones in which pipelines that are on their way need the shared network; the subnets of all others are there already.
 */
export async function wantedZones(
  { cluster, config, pipelines }: Pick<Context, 'cluster' | 'config' | 'pipelines'>,
  account: Account,
): Promise<string[]> {
  const waiting = pipelines
    .list()
    .filter((each) => regionOf(each, config) === account.region && isOnItsWay(each));
  const zones = await Promise.all(
    waiting.map(async (pipeline) => {
      const { namespace, name, uid } = pipeline.metadata;
      const owner = pipelineOwner({ cluster, namespace, name, uid, namespaceUid: '' }, config.iamPath);
      try {
        const spec = parseSpec(pipeline);
        if (spec.network) return [];
        const store = await knownStore(account, owner, pipeline, spec);
        const network = await resolveNetwork(account, owner, spec, volumeIdentity({ ...store, spec }));
        return network?.host?.zone ?? [];
      } catch {
        // The pipeline meets the same error in its own look, and says it there.
        return [];
      }
    }),
  );
  return zones.flat();
}

function isOnItsWay({ metadata, spec, status }: WebhookPipeline): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.suspend) return false;
  const store = status?.conditions?.find(({ type }) => type === 'StoreReady');
  return store?.status !== 'True' || store.observedGeneration !== metadata.generation;
}
