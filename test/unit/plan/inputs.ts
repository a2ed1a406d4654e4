import fc from 'fast-check';
import { type WebhookPipelineSpec, webhookPipelineSpec } from '../../../src/api/v1alpha1.ts';
import { type Graph, type GraphNode, given } from '../../../src/aws/graph/graph.ts';
import { type Identity, pipelineOwner, regionOwner } from '../../../src/plan/identity.ts';
import type { Network, PlanInput } from '../../../src/plan/input.ts';
import { plan } from '../../../src/plan/plan.ts';
import { type SpecInput, specs } from '../api/specs.ts';

/** What must stand in no place but the environment of a function. */
export const SIGNING_SECRET = 'signing-hunter2';
export const STORE_URI = 'mongodb://events:store-hunter2@db.example/';

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const nameOf = (characters: string, maxLength: number) =>
  fc
    .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength })
    .map((text) => `a${text.slice(2)}${text.length > 1 ? 'z' : ''}`);

/** Names as long and as odd as Kubernetes lets them be. */
export const identities: fc.Arbitrary<Identity> = fc.record({
  cluster: fc.uuid(),
  namespace: fc.oneof(nameOf(`${LOWER}-`, 63), fc.constant('n'.repeat(63))),
  name: fc.oneof(nameOf(`${LOWER}-.`, 253), fc.constant('p'.repeat(253)), fc.constant('a.b')),
  uid: fc.uuid(),
  namespaceUid: fc.uuid(),
});

export const IDENTITY: Identity = {
  cluster: 'c1',
  namespace: 'shop',
  name: 'orders',
  uid: 'u1',
  namespaceUid: 'n1',
};

/** The network as the controller resolves it. */
function networkOf({ network, store }: WebhookPipelineSpec): Network | undefined {
  const zone = 'eu-central-1a';
  if (network) {
    const [subnetId = ''] = network.subnetIds;
    return {
      ...network,
      securityGroupIds: network.securityGroupIds ?? [],
      ...(store.managed && { host: { zone, subnetId } }),
    };
  }
  if (!store.managed) return undefined;
  const subnetId = given('network', zone);
  return {
    vpcId: given('network', 'vpcId'),
    subnetIds: [subnetId],
    securityGroupIds: [],
    host: { zone, subnetId },
  };
}

export function inputOf(
  given: SpecInput,
  identity: Identity = IDENTITY,
  more: Partial<PlanInput> = {},
): PlanInput {
  const spec = webhookPipelineSpec.parse(given);
  const network = networkOf(spec);
  return {
    owner: pipelineOwner(identity, '/nami/'),
    spec,
    path: spec.endpoint.path ?? 'orders',
    place: { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' },
    settings: { permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary' },
    secrets: {
      signing: (spec.source.secretRefs ?? []).map(({ name }) => ({
        value: SIGNING_SECRET,
        from: `Secret ${name}`,
      })),
      ...(spec.store.external && { storeUri: STORE_URI }),
    },
    known: {},
    ...(network && { network }),
    functions: {
      preQueue: { codeSha256: 'sha-pre', environment: spec.preQueue.environment ?? {} },
      postQueue: { codeSha256: 'sha-post', environment: spec.postQueue.environment ?? {} },
    },
    consuming: true,
    retention: 'spec',
    redrives: false,
    ...more,
  };
}

export const inputs: fc.Arbitrary<PlanInput> = fc
  .tuple(specs, identities, fc.boolean())
  .map(([spec, identity, consuming]) => inputOf(spec, identity, { consuming }));

export const planOf = (input: PlanInput): Graph => plan(input, regionOwner('c1', '/nami/').prefix);

/** The one node of a kind and id. */
export function nodeOf<Kind extends GraphNode['kind']>(graph: Graph, kind: Kind, id: string) {
  const found = graph.find((node) => node.kind === kind && node.id === id);
  if (!found) throw new Error(`there is no ${kind} ${id} in the graph`);
  return found as Extract<GraphNode, { kind: Kind }>;
}

/** What the one node of a kind and id is wanted to be, references and all. */
export const desiredOf = (graph: Graph, kind: GraphNode['kind'], id: string) =>
  nodeOf(graph, kind, id).desired as unknown as Readonly<Record<string, unknown>>;

export const has = (graph: Graph, kind: GraphNode['kind'], id: string): boolean =>
  graph.some((node) => node.kind === kind && node.id === id);
