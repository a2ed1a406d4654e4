import { isNotFound } from '../kubernetes/errors.ts';
import { type KubernetesResource, qualifiedName } from '../kubernetes/resource.ts';
import { StartError } from '../start-error.ts';
import type { Context } from './context.ts';
import { PIPELINES } from './resource-type.ts';
import { outdatedFields } from './served-schema.ts';

const ADVICE = 'kubectl apply --server-side -f crds/, or helm upgrade with crds.enabled=true';
/** Names in one message. */
const SHOWN = 5;

/** The custom resource definition, as what an operator without a Lease tells Events of: it is there wherever the operator is. */
export const DEFINITION: KubernetesResource = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: qualifiedName(PIPELINES) },
};

/** Throws {@link StartError} where the cluster does not serve pipelines in the version that the operator speaks. */
export async function requirePipelines({ client }: Pick<Context, 'client'>): Promise<void> {
  try {
    await client.list(PIPELINES, { limit: 1 });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new StartError(
      'the cluster does not know WebhookPipeline: install the chart with crds.enabled, or the custom resource definition first (kubectl apply --server-side -f crds/; a chart that shall take it over later needs helm --take-ownership)',
      { cause: error },
    );
  }
}

/**
 * Says in the log and by an Event about `self`, which is where the operator may write one, when the custom resource
 * definition is older than the operator; never rejects.
 */
export async function warnIfOutdated({
  client,
  events,
  logger,
  self,
}: Pick<Context, 'client' | 'events' | 'logger'> & { readonly self: KubernetesResource }): Promise<void> {
  const name = qualifiedName(PIPELINES);
  try {
    const fields = await outdatedFields(client);
    if (fields === undefined || fields.length === 0) return;
    const rest = fields.length > SHOWN ? ` and ${fields.length - SHOWN} more` : '';
    const message = `the custom resource definition ${name} is older than this operator: it lacks ${fields.slice(0, SHOWN).join(', ')}${rest}, which the API server refuses or drops. Bring it up: ${ADVICE}`;
    logger.warn({ definition: name, lacks: fields }, message);
    events.record(self, { type: 'Warning', reason: 'DefinitionOutdated', action: 'Start', message });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    logger.warn(
      { definition: name, cause },
      'the age of the custom resource definition could not be checked',
    );
  }
}
