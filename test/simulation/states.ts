import { isValues, merged, type Values } from '../merged.ts';
import type { World } from './world.ts';

/** A part of a spec. */
export type Patch = Values;

/** What is asked of one field of a spec, one state after the other, beginning and ending with its default. */
export interface Campaign {
  /** Of the field in the spec, with dots. */
  readonly field: string;
  /** Each a value of the field, or a part of a spec where others must come with it. */
  readonly states: readonly unknown[];
  /** What the rest of the spec is. */
  readonly on: 'external' | 'managed';
  /** There is no way back. */
  readonly isOneWay?: true;
  /** A state on the way that can't be reached: it is said so, and what worked goes on. */
  readonly wrong?: unknown;
}

const field = (
  name: string,
  states: readonly unknown[],
  more: Partial<Omit<Campaign, 'field' | 'states'>> = {},
): Campaign => ({
  field: name,
  states,
  on: name.startsWith('store.managed') ? 'managed' : 'external',
  ...more,
});

/** A whole part of a spec, for fields that need others beside them. */
export class Parts {
  readonly spec: Patch;
  constructor(spec: Patch) {
    this.spec = spec;
  }
}
const parts = (spec: Patch) => new Parts(spec);

const SECRET = [{ name: 'signing', key: 'a' }];
const source = (type: string, more: Patch = {}) => parts({ source: { type, secretRefs: SECRET, ...more } });

/** Both functions have these. */
const functionFields = (name: 'preQueue' | 'postQueue'): Campaign[] => [
  field(`${name}.memoryMiB`, [128, 1024]),
  field(`${name}.architecture`, ['x86_64', 'arm64']),
  field(`${name}.environment`, [{ ONE: '1' }, { ONE: '2', TWO: '3' }]),
  field(
    `${name}.environmentFrom`,
    [
      [{ name: 'LEVEL', configMapKeyRef: { name: 'settings', key: 'LEVEL' } }],
      [{ name: 'ONE', secretKeyRef: { name: 'signing', key: 'a' } }],
    ],
    {
      wrong: [{ name: 'LEVEL', configMapKeyRef: { name: 'missing', key: 'LEVEL' } }],
    },
  ),
  field(`${name}.logRetentionDays`, [1, 365]),
  field(`${name}.timeoutSeconds`, [5, 20]),
  field(`${name}.code.configMapRef.name`, [codeIn('own'), codeIn('other')], { wrong: codeIn('missing') }),
  field(`${name}.reservedConcurrency`, [20, 5]),
];

const codeIn = (name: string) => ({ CODE: name });

const HMAC = { header: 'X-Signature' };
const timed = (timestamp: Patch, more: Patch = {}) =>
  source('HMAC', { hmac: { ...HMAC, template: '{timestamp}.{body}', timestamp, ...more } });

const publicKey = (more: Patch = {}) =>
  parts({
    source: {
      type: 'PublicKey',
      publicKey: {
        header: 'X-Signature',
        algorithm: 'ed25519',
        keys: [{ value: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c' }],
        ...more,
      },
    },
  });

/** Every field of a spec that may change. */
export const CAMPAIGNS: readonly Campaign[] = [
  ...functionFields('preQueue'),
  ...functionFields('postQueue'),
  field('preQueue.provisionedConcurrency', [5, 2]),
  field('endpoint.response.statusCode', [202]),
  field('endpoint.response.contentType', ['text/plain']),
  field('endpoint.response.body', ['ok', '']),
  field('endpoint.response.rejectedStatusCode', [403]),
  field('endpoint.response.unavailableStatusCode', [500]),
  field('endpoint.response.disabledStatusCode', [
    parts({ endpoint: { enabled: false, response: { disabledStatusCode: 410 } } }),
  ]),
  field('endpoint.enabled', [false, true]),
  field('endpoint.handshake.challenge.query', [
    parts({ endpoint: { handshake: { method: 'GET', challenge: { query: 'challenge' } } } }),
    parts({ endpoint: { handshake: { method: 'GET', challenge: { query: 'hub.challenge' } } } }),
  ]),
  field('endpoint.handshake.method', [
    parts({ endpoint: { handshake: { method: 'HEAD' } } }),
    parts({ endpoint: { handshake: { method: 'OPTIONS', challenge: { header: 'X-Origin' } } } }),
  ]),
  field('endpoint.throttle.rateLimit', [
    parts({ endpoint: { throttle: { rateLimit: 10, burstLimit: 5 } } }),
    parts({ endpoint: { throttle: { rateLimit: 20, burstLimit: 5 } } }),
  ]),
  field('endpoint.throttle.burstLimit', [
    parts({ endpoint: { throttle: { rateLimit: 10, burstLimit: 5 } } }),
    parts({ endpoint: { throttle: { rateLimit: 10, burstLimit: 50 } } }),
  ]),
  field('source.type', [source('GitHub'), source('Stripe'), source('Shopify')], {
    wrong: parts({ source: { type: 'GitHub', secretRefs: [{ name: 'missing', key: 'a' }] } }),
  }),
  field('source.secretRefs', [
    source('GitHub'),
    source('GitHub', { secretRefs: [...SECRET, { name: 'signing', key: 'b' }] }),
  ]),
  field('source.toleranceSeconds', [source('Stripe'), source('Stripe', { toleranceSeconds: 60 })]),
  field('source.hmac.header', [
    source('HMAC', { hmac: HMAC }),
    source('HMAC', { hmac: { header: 'X-Other' } }),
  ]),
  field('source.hmac.algorithm', [source('HMAC', { hmac: { ...HMAC, algorithm: 'sha512' } })]),
  field('source.hmac.encoding', [source('HMAC', { hmac: { ...HMAC, encoding: 'base64' } })]),
  field('source.hmac.prefix', [source('HMAC', { hmac: { ...HMAC, prefix: 'sha256=' } })]),
  field('source.hmac.template', [source('HMAC', { hmac: { ...HMAC, template: 'v0:{body}' } })]),
  field('source.hmac.headers', [
    source('HMAC', { hmac: { headers: ['X-Signature-1', 'X-Signature-2'] } }),
    source('HMAC', { hmac: { headers: ['X-Signature-1'] } }),
  ]),
  field('source.hmac.keyEncoding', [
    parts({
      source: {
        type: 'HMAC',
        hmac: { ...HMAC, keyEncoding: 'hex' },
        secretRefs: [{ name: 'signing', key: 'hex' }],
      },
    }),
  ]),
  field('source.hmac.parts.signature', [
    source('HMAC', { hmac: { ...HMAC, parts: { signature: 'v1' } } }),
    source('HMAC', { hmac: { ...HMAC, parts: { signature: 'v2' } } }),
  ]),
  field('source.hmac.parts.separator', [
    source('HMAC', { hmac: { ...HMAC, parts: { signature: 'v1', separator: ';' } } }),
  ]),
  field('source.hmac.parts.assignment', [
    source('HMAC', { hmac: { ...HMAC, parts: { signature: 'v1', assignment: ':' } } }),
  ]),
  field('source.hmac.timestamp.header', [timed({ header: 'X-Time' })]),
  field('source.hmac.timestamp.part', [timed({ part: 't' }, { parts: { signature: 'v1' } })]),
  field('source.hmac.timestamp.jsonPath', [timed({ jsonPath: '$.at' }, { template: '{body}' })]),
  field('source.hmac.timestamp.format', [
    timed({ header: 'X-Time', format: 'milliseconds' }),
    timed({ header: 'X-Time', format: 'iso8601' }),
  ]),
  field('source.hmac.timestampHeader', [
    source('HMAC', { hmac: { ...HMAC, timestampHeader: 'X-Time', template: '{timestamp}.{body}' } }),
  ]),
  field('source.publicKey.algorithm', [publicKey(), publicKey({ algorithm: 'rsa-sha256' })]),
  field('source.publicKey.keys', [
    publicKey(),
    publicKey({ keys: [{ value: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511b' }] }),
  ]),
  field('source.publicKey.encoding', [publicKey({ encoding: 'hex' })]),
  field('source.jwt.audience', [
    source('JWT', { jwt: { algorithm: 'HS256', audience: 'nami' } }),
    source('JWT', { jwt: { algorithm: 'HS256', audience: 'orders' } }),
  ]),
  field('source.jwt.bodyHashClaim', [
    source('JWT', { jwt: { algorithm: 'HS256', bodyHashClaim: 'sha256' } }),
  ]),
  field('source.apiKey.query', [source('ApiKey', { apiKey: { query: 'code' } })]),
  field('source.apiKey.header', [source('ApiKey'), source('ApiKey', { apiKey: { header: 'X-Key' } })]),
  field('source.publicUrl', [source('Twilio', { publicUrl: 'https://hooks.example/orders' })]),
  field('source.eventId.each', [
    source('None', { secretRefs: [], eventId: { each: '$' } }),
    source('None', { secretRefs: [], eventId: { each: '$.events[*].changes', jsonPath: '$.id' } }),
  ]),
  field('source.eventId.header', [source('None', { secretRefs: [], eventId: { header: 'X-Id' } })]),
  field('source.eventId.jsonPath', [source('None', { secretRefs: [], eventId: { jsonPath: '$.data.id' } })]),
  field('source.eventId.bodySha256', [source('None', { secretRefs: [], eventId: { bodySha256: true } })]),
  field('source.sns.topicArns', [
    source('SNS', { secretRefs: [], sns: { topicArns: ['arn:aws:sns:eu-central-1:123456789012:orders'] } }),
    source('SNS', { secretRefs: [], sns: { topicArns: ['arn:aws:sns:eu-west-1:123456789012:stock'] } }),
  ]),
  field('source.only.types', [
    source('GitHub', { only: { types: ['push'] } }),
    source('GitHub', { only: { types: ['push', 'ping'] } }),
  ]),
  field('source.only.jsonPath', [
    source('None', { secretRefs: [], only: { jsonPath: '$.a', values: ['b'] } }),
  ]),
  field('source.only.values', [
    source('None', { secretRefs: [], only: { jsonPath: '$.a', values: ['b', 'c'] } }),
  ]),
  field('source.keepHeaders', [['X-Topic'], ['X-Topic', 'X-Shop']]),
  field('queue.retentionSeconds', [3600, 1_209_600]),
  field('queue.visibilityTimeoutSeconds', [300]),
  field('queue.maxReceiveCount', [3, 100]),
  field('queue.deadLetter.retentionSeconds', [86_400]),
  field('postQueue.concurrency', [2, 50]),
  field('postQueue.batchSize', [1, parts({ postQueue: { batchSize: 100, batchWindowSeconds: 1 } })]),
  field('postQueue.batchWindowSeconds', [10]),
  field('postQueue.paused', [true, false]),
  field('store.managed.instanceType', ['t3.small', 'm6g.medium'], { wrong: 't3.mirco' }),
  field('store.managed.fallbackInstanceTypes', [['t3.small'], ['t3.medium', 't3.small']]),
  field('store.managed.cpuCredits', ['unlimited', 'standard']),
  field('store.managed.mongoImage', ['public.ecr.aws/docker/library/mongo:8.0.5'], { isOneWay: true }),
  field(
    'store.managed.access.securityGroupIds',
    [['sg-0123456789abcdef0'], ['sg-0123456789abcdef1', 'sg-0123456789abcdef0']],
    { wrong: ['sg-00000000000000000'] },
  ),
  field('store.managed.access.cidrs', [['10.1.0.0/16'], ['10.1.2.3/24', '10.2.0.0/16']], {
    wrong: ['10.1.0.0/16', '0.0.0.0/0'],
  }),
  // What comes of it after days, the tests of rotation show.
  field('store.managed.credentials.rotateAfterDays', [1, 30]),
  field('store.managed.credentials.formerValidHours', [0, 100]),
  field('store.managed.volume.sizeGiB', [20], { isOneWay: true }),
  field('store.managed.volume.iops', [4000]),
  field('store.managed.volume.throughput', [500]),
  field('store.managed.volume.reclaimPolicy', ['Delete', 'Snapshot', 'Retain']),
  field('store.external.uriSecretRef.name', [
    parts({ store: { external: { uriSecretRef: { name: 'store-2', key: 'uri' } } } }),
  ]),
  field('store.external.uriSecretRef.key', [
    parts({ store: { external: { uriSecretRef: { name: 'store', key: 'other' } } } }),
  ]),
  field('store.database', ['shop', 'nami']),
  field('store.collection', ['orders']),
  field('store.ttlDays', [30, 7]),
  field(
    'store.connectionSecret.role',
    [{ name: 'events', role: 'readWrite' }, { name: 'events' }].map((connectionSecret) =>
      parts({ store: { connectionSecret } }),
    ),
    { on: 'managed' },
  ),
  field('alarms.enabled', [false, true]),
  field('alarms.snsTopicArns', [['arn:aws:sns:eu-central-1:123456789012:ops']]),
  field('alarms.thresholds.deadLetters', [10]),
  field('alarms.thresholds.functionErrors', [10]),
  field('alarms.thresholds.functionThrottles', [10]),
  field('alarms.thresholds.oldestMessageSeconds', [3600]),
  field('alarms.thresholds.gatewayErrors', [10]),
  field('alarms.thresholds.volumeUsedPercent', [90], { on: 'managed' }),
  field('tags', [{ team: 'shop' }, { team: 'store', stage: 'test' }]),
];

/** Fields that no campaign is for, and why. */
export const WITHOUT: Readonly<Record<string, string>> = {
  region: 'never changes',
  'endpoint.path': 'never changes',
  suspend: 'no state of the account; see life and truth',
  deletionPolicy: 'counts at the end; see variants',
  'endpoint.handshake.challenge.header': 'as the parameter of the query',
  'endpoint.handshake.challenge.jsonPath': 'as the parameter of the query',
  'endpoint.handshake.when.header': 'as of challenge',
  'endpoint.handshake.when.query': 'as of challenge',
  'endpoint.handshake.when.jsonPath': 'as of challenge',
  'endpoint.handshake.when.value': 'as of challenge',
  'endpoint.handshake.signed': 'as of challenge',
  'endpoint.handshake.answer.statusCode': 'as of challenge',
  'endpoint.handshake.answer.contentType': 'as of challenge',
  'endpoint.handshake.answer.header': 'as of challenge',
  'endpoint.handshake.answer.jsonField': 'as of challenge',
  'source.jwt.header': 'as of apiKey',
  'source.jwt.algorithm': 'as of publicKey',
  'source.jwt.keys': 'as of publicKey',
  'source.jwt.issuer': 'as the audience',
  'source.publicKey.header': 'as of hmac',
  'source.publicKey.headers': 'as of hmac',
  'source.publicKey.parts.signature': 'as of hmac',
  'source.publicKey.parts.separator': 'as of hmac',
  'source.publicKey.parts.assignment': 'as of hmac',
  'source.publicKey.prefix': 'as of hmac',
  'source.publicKey.template': 'as of hmac',
  'source.publicKey.timestampHeader': 'as of hmac',
  'source.publicKey.timestamp.header': 'as of hmac',
  'source.publicKey.timestamp.part': 'as of hmac',
  'source.publicKey.timestamp.jsonPath': 'as of hmac',
  'source.publicKey.timestamp.format': 'as of hmac',
  'preQueue.code.configMapRef.key': 'as the name',
  'postQueue.code.configMapRef.key': 'as the name',
  'preQueue.code.s3.bucket': 'see the tests of own code',
  'preQueue.code.s3.key': 'see the tests of own code',
  'preQueue.code.s3.version': 'see the tests of own code',
  'postQueue.code.s3.bucket': 'see the tests of own code',
  'postQueue.code.s3.key': 'see the tests of own code',
  'postQueue.code.s3.version': 'see the tests of own code',
  'store.connectionSecret.name': 'no state of the account; see binding',
  'store.managed.replaceImpairedAfterMinutes': 'no state of the account; see store faults',
  'store.managed.amiId': 'the simulated region has one image for each processor',
  'store.managed.volume.type': 'goes with iops alone',
  'store.managed.volume.snapshotId':
    'no deployment without a snapshot is the same; see restore, and the sweep of stores',
  'store.managed.volume.volumeId':
    'no deployment without that volume is the same; see restore, and the sweep of stores',
  'store.managed.snapshots.everyHours': 'see the tests of snapshots',
  'store.managed.snapshots.keep': 'see the tests of snapshots',
  'store.external.caConfigMapRef.name': 'the simulated store has no certificate',
  'store.external.caConfigMapRef.key': 'the simulated store has no certificate',
  'store.external.caSecretRef.name': 'the simulated store has no certificate',
  'store.external.caSecretRef.key': 'the simulated store has no certificate',
  'network.vpcId': 'see volumes and shared objects',
  'network.subnetIds': 'see volumes and shared objects',
  'network.securityGroupIds': 'see volumes and shared objects',
};

const BASES: Readonly<Record<Campaign['on'], Patch>> = {
  external: { store: { external: { uriSecretRef: { name: 'store', key: 'uri' } } } },
  managed: {},
};

const nested = (path: readonly string[], value: unknown): Patch => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
};

/** The spec of a campaign in one of its states; without one as it begins. */
export function specOf({ on, field: name }: Campaign, state?: unknown): Patch {
  if (state === undefined) return BASES[on];
  if (state instanceof Parts) return merged(BASES[on], state.spec);
  if (isValues(state) && 'CODE' in state) {
    const code = { configMapRef: { name: state.CODE, key: 'code.mjs' } };
    return merged(BASES[on], nested([name.split('.')[0] ?? '', 'code'], code));
  }
  return merged(BASES[on], nested(name.split('.'), state));
}

/** What the operator grants, for the states that need it. */
export const GRANTS = {
  NAMI_ALLOWED_ACCESS_SECURITY_GROUPS: 'sg-0123456789abcdef0,sg-0123456789abcdef1,sg-00000000000000000',
  NAMI_ALLOWED_ACCESS_CIDRS: '10.0.0.0/8',
  NAMI_ALLOWED_CONNECTION_SECRETS: 'true',
};

/** Gives a world all that the states refer to. */
export function furnish({ aws, kubernetes }: World): void {
  for (const id of ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'])
    aws.ec2.network.securityGroups.set(id, {
      id,
      name: id,
      description: 'of others',
      vpcId: 'vpc-of-others',
      tags: {},
      ingress: [],
      egress: [],
    });
  for (const host of ['db.example', 'db-2.example', 'db-3.example'])
    aws.stores.external.set(host, { isUp: true, events: new Set() });
  kubernetes.setSecret('store', { uri: 'mongodb://u:p@db.example/', other: 'mongodb://u:p@db-3.example/' });
  kubernetes.setSecret('store-2', { uri: 'mongodb://u:p@db-2.example/' });
  kubernetes.setSecret('signing', { a: 'hunter2hunter2', b: 'hunter3hunter3', hex: 'c0ffee00' });
  kubernetes.setConfigMap('settings', { LEVEL: 'high' });
  for (const name of ['own', 'other'])
    kubernetes.setConfigMap(name, { 'code.mjs': `export const process = () => {}; // ${name}` });
}
