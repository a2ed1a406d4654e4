import type { TaggedResource } from '../../aws/calls/tagged-resources.ts';
import type { KindName } from '../../aws/graph/graph.ts';
import { isKept } from '../../aws/graph/ownership.ts';
import { TAGS } from '../../aws/object/owner.ts';

/** An object in AWS that carries this cluster's tags and belongs to no pipeline that there is. */
export interface Orphan {
  readonly kind: KindName;
  readonly arn: string;
  readonly namespace: string;
  readonly name: string;
}

/** Kinds of which a pipeline has objects of its own, by service and type in their ARNs; all else goes with one of these. */
const KINDS: Readonly<Record<string, KindName>> = {
  'cloudwatch:alarm': 'Alarm',
  'ec2:instance': 'Instance',
  'ec2:security-group': 'SecurityGroup',
  'ec2:volume': 'Volume',
  'lambda:function': 'Function',
  'logs:log-group': 'LogGroup',
  'ssm:parameter': 'Parameter',
};

function kindOf(arn: string): KindName | undefined {
  const [, , service, , , resource = ''] = arn.split(':');
  // The name of a queue follows without a type.
  return service === 'sqs' ? 'Queue' : KINDS[`${service}:${resource.split('/')[0]}`];
}

/**
 * What among the objects of a cluster is an orphan. What all pipelines of a region share is none, and neither is what
 * was left in AWS on purpose, nor what nobody here can tell the owner of. `hasPipeline` says whether there is one, or
 * might be.
 */
export function orphansAmong(
  resources: readonly TaggedResource[],
  hasPipeline: (namespace: string, name: string) => boolean,
): Orphan[] {
  return resources.flatMap(({ arn, tags }) => {
    const { [TAGS.namespace]: namespace, [TAGS.name]: name } = tags;
    const kind = kindOf(arn);
    if (kind === undefined || namespace === undefined || name === undefined) return [];
    if (TAGS.shared in tags || TAGS.retained in tags || isKept(kind, tags) || hasPipeline(namespace, name))
      return [];
    return [{ kind, arn, namespace, name }];
  });
}
