import fc from 'fast-check';
import type { z } from 'zod';
import { isProofHeader } from '../../../handlers/contract.ts';
import { webhookPipelineSpec } from '../../../src/api/v1alpha1.ts';
import { SECRET_SOURCE_TYPES } from '../../../src/senders/index.ts';

export type SpecInput = z.input<typeof webhookPipelineSpec>;

/** Any of the fields, or none. */
const some = <T>(fields: { [Field in keyof T]: fc.Arbitrary<T[Field]> }) =>
  fc.record<T, never>(fields, { requiredKeys: [] });

const letters = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
const hexId = (prefix: string) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 17, maxLength: 17 })
    .map((id) => `${prefix}-${id}`);

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const label = letters(LOWER, 63);
const keyRef = fc.record({ name: label, key: letters(`${LOWER}ABC-_.`, 20) });
const instanceType = fc.constantFrom('t3.micro', 't3.small', 't4g.small', 'm7g.2xlarge');

const place = fc.oneof(
  fc.record({ header: fc.constantFrom('X-Challenge', 'X-Mode') }),
  fc.record({ query: fc.constantFrom('challenge', 'hub.challenge') }),
  fc.record({ jsonPath: fc.constantFrom('$.challenge', '$.a[0].b') }),
);
const handshake = fc.record(
  {
    method: fc.constantFrom('GET' as const, 'HEAD' as const, 'OPTIONS' as const, 'POST' as const),
    challenge: place,
    when: fc.tuple(place, label).map(([where, value]) => ({ ...where, value })),
    signed: fc.boolean(),
    answer: fc.oneof(
      some({
        statusCode: fc.integer({ min: 200, max: 299 }),
        contentType: fc.constantFrom('text/plain' as const, 'application/json' as const),
      }),
      fc.record({ header: fc.constant('X-Challenge') }),
      fc.record({ jsonField: fc.constant('challenge') }),
    ),
  },
  { requiredKeys: ['method', 'challenge'] },
);

const endpoint = some({
  handshake,
  path: label,
  response: some({
    statusCode: fc.integer({ min: 200, max: 299 }),
    contentType: fc.constantFrom('text/plain', 'application/json', 'text/html; charset=utf-8'),
    body: fc.string({ unit: 'binary', maxLength: 100 }),
    rejectedStatusCode: fc.integer({ min: 400, max: 499 }),
    unavailableStatusCode: fc.integer({ min: 500, max: 599 }),
    disabledStatusCode: fc.constantFrom(503, 410),
  }),
  enabled: fc.boolean(),
  throttle: fc.record({
    rateLimit: fc.integer({ min: 1, max: 10_000 }),
    burstLimit: fc.integer({ min: 1, max: 5_000 }),
  }),
});

const toleranceSeconds = fc.integer({ min: 1, max: 86_400 });
const secretRefs = fc.uniqueArray(keyRef, {
  minLength: 1,
  maxLength: 3,
  selector: ({ name, key }) => `${name}/${key}`,
});
const headerName = letters(`${LOWER}-`, 30)
  .map((name) => `x-${name}`)
  .filter((name) => !isProofHeader(name));
const keepHeaders = fc.uniqueArray(
  headerName.map((name) => `kept-${name}`),
  { maxLength: 3 },
);
const eventId = fc.oneof(
  fc.record({ header: headerName.map((name) => `id-${name}`) }),
  fc.record({ jsonPath: fc.constantFrom('$.id', '$.data.items[0].id') }),
  fc.constant({ bodySha256: true }),
  fc.record({ each: fc.constantFrom('$', '$.events', '$.entry[*].changes', '$[0].list') }),
  fc.record({ each: fc.constant('$.events'), jsonPath: fc.constant('$.id') }),
);
const only = fc.record({
  jsonPath: fc.constantFrom('$.status', '$.items[0].kind'),
  values: fc.uniqueArray(label, { minLength: 1, maxLength: 3 }),
});
const signatureFields = {
  where: fc.oneof(
    fc.record({ header: headerName, prefix: fc.constantFrom('', 'sha256=', 'v0=') }),
    fc.record({ headers: fc.uniqueArray(headerName, { minLength: 1, maxLength: 5 }) }),
    fc.record({
      header: headerName,
      parts: fc.constantFrom({ signature: 'v1' }, { signature: 'h1', separator: ';', assignment: ':' }),
    }),
  ),
  signed: fc.constantFrom(
    {},
    { template: '{header:X-Id}.{body}' },
    { template: '{method}{url}{form:*}{json:$.a[0].b}{form:a}{path}{query}{body}' },
    { template: 'v0:{timestamp}:{body}', timestampHeader: 'X-Time' },
    {
      template: '{timestamp}{body}',
      timestamp: { header: 'X-Time', format: 'iso8601' as const },
    },
    { timestamp: { jsonPath: '$.at', format: 'milliseconds' as const } },
  ),
  encoding: fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const),
};
const publicKey = fc
  .record(
    {
      ...signatureFields,
      algorithm: fc.constantFrom('ed25519' as const, 'ecdsa-p256-sha256' as const, 'rsa-sha256' as const),
      keys: fc.array(
        fc.oneof(
          fc.record({ value: letters('0123456789abcdef', 64) }),
          fc.record({ configMapKeyRef: keyRef }),
          fc.record({ secretKeyRef: keyRef }),
        ),
        { minLength: 1, maxLength: 3 },
      ),
    },
    { requiredKeys: ['where', 'signed', 'algorithm', 'keys'] },
  )
  .map(({ where, signed, ...rest }) => ({ ...rest, ...where, ...signed }));
const jwt = fc
  .record(
    {
      header: headerName,
      audience: label,
      issuer: label,
      bodyHashClaim: fc.constantFrom('sha256', 'payload_hash'),
      keyed: fc.constantFrom(
        { algorithm: 'RS256' as const, keys: 1 },
        { algorithm: 'ES256' as const, keys: 2 },
      ),
    },
    { requiredKeys: ['keyed'] },
  )
  .map(({ keyed: { algorithm, keys }, ...rest }) => ({
    ...rest,
    algorithm,
    keys: Array.from({ length: keys }, (_, index) => ({ value: `a${index}` })),
  }));
const hmac = fc
  .record(
    {
      ...signatureFields,
      algorithm: fc.constantFrom('sha1' as const, 'sha256' as const, 'sha512' as const),
      keyEncoding: fc.constantFrom('text' as const, 'hex' as const, 'base64' as const),
    },
    { requiredKeys: ['where', 'signed'] },
  )
  .map(({ where, signed, ...rest }) => ({ ...rest, ...where, ...signed }));
const signedSource = <T>(type: fc.Arbitrary<T>) => ({
  type,
  secretRefs,
  toleranceSeconds,
  eventId,
  keepHeaders,
  only,
});
const requiredKeys = ['type', 'secretRefs'] as const;
const topicArn = fc.constantFrom(
  'arn:aws:sns:eu-central-1:111122223333:orders',
  'arn:aws-cn:sns:cn-north-1:111122223333:Orders_2',
);
const source = fc.oneof(
  fc.record({
    type: fc.constant('SNS' as const),
    sns: fc.record({ topicArns: fc.uniqueArray(topicArn, { minLength: 1 }) }),
    eventId,
    only,
  }),
  some({ type: fc.constant('None' as const), toleranceSeconds, eventId, keepHeaders, only }),
  fc.record(
    signedSource(
      fc.constantFrom(...SECRET_SOURCE_TYPES.filter((type) => !['HMAC', 'PublicKey', 'JWT'].includes(type))),
    ),
    {
      requiredKeys: [...requiredKeys],
    },
  ),
  fc.record(
    { ...signedSource(fc.constant('HMAC' as const)), hmac },
    { requiredKeys: [...requiredKeys, 'hmac'] },
  ),
  fc.record(
    {
      ...signedSource(fc.constant('ApiKey' as const)),
      apiKey: fc.oneof(some({ header: headerName }), fc.constant({ query: 'code' })),
    },
    { requiredKeys: [...requiredKeys] },
  ),
  fc.record(
    { type: fc.constant('JWT' as const), jwt, toleranceSeconds, eventId, keepHeaders, only },
    { requiredKeys: ['type', 'jwt'] },
  ),
  fc.record(
    {
      ...signedSource(fc.constant('JWT' as const)),
      jwt: fc.constant({ algorithm: 'HS256' as const, header: 'X-Json-Token' }),
    },
    { requiredKeys: [...requiredKeys, 'jwt'] },
  ),
  fc.record(
    { type: fc.constant('PublicKey' as const), publicKey, toleranceSeconds, eventId, keepHeaders, only },
    { requiredKeys: ['type', 'publicKey'] },
  ),
  fc.record(
    {
      ...signedSource(fc.constant('Twilio' as const)),
      publicUrl: fc.constantFrom('https://hooks.example/twilio', 'https://hooks.example:8443/a?b=c&d'),
    },
    { requiredKeys: [...requiredKeys] },
  ),
);
const code = fc.oneof(
  fc.record({ configMapRef: keyRef }),
  fc.record({
    s3: fc.record(
      { bucket: fc.constantFrom('modules', 'my.modules-1'), key: fc.constant('a/b.mjs'), version: label },
      { requiredKeys: ['bucket', 'key'] },
    ),
  }),
);
// Lower case, so that none is among the literals.
const variable = letters('abc', 10).map((name) => `v${name}`);
const environmentFrom = fc.uniqueArray(
  fc.oneof(
    fc.record({ name: variable, secretKeyRef: keyRef }),
    fc.record({ name: variable, configMapKeyRef: keyRef }),
  ),
  { maxLength: 5, selector: ({ name }) => name },
);

const functionFields = {
  memoryMiB: fc.integer({ min: 128, max: 10_240 }),
  architecture: fc.constantFrom('arm64' as const, 'x86_64' as const),
  environment: fc.dictionary(
    letters('ABCDEFGHIJ', 10).map((name) => `V${name}`),
    fc.string({ maxLength: 20 }).filter((text) => text !== ''),
    { maxKeys: 5 },
  ),
  environmentFrom,
  code,
  logRetentionDays: fc.constantFrom(1, 14, 365, 3653),
};

const preQueue = some({
  ...functionFields,
  reservedConcurrency: fc.integer({ min: 500, max: 1000 }),
  provisionedConcurrency: fc.integer({ min: 1, max: 500 }),
  timeoutSeconds: fc.integer({ min: 1, max: 29 }),
});

const postQueue = some({
  ...functionFields,
  timeoutSeconds: fc.integer({ min: 1, max: 900 }),
  concurrency: fc.integer({ min: 2, max: 500 }),
  reservedConcurrency: fc.integer({ min: 501, max: 1000 }),
  batchSize: fc.integer({ min: 1, max: 10 }),
  batchWindowSeconds: fc.integer({ min: 0, max: 300 }),
  paused: fc.boolean(),
});

const queue = some({
  retentionSeconds: fc.integer({ min: 60, max: 600_000 }),
  visibilityTimeoutSeconds: fc.integer({ min: 900, max: 43_200 }),
  maxReceiveCount: fc.integer({ min: 1, max: 1000 }),
  deadLetter: some({ retentionSeconds: fc.integer({ min: 600_001, max: 1_209_600 }) }),
});

const volume = fc
  .record(
    {
      sizeGiB: fc.integer({ min: 1, max: 1024 }),
      kind: fc.constantFrom(
        {},
        { type: 'gp3' as const },
        { iops: 3000, throughput: 750 },
        { throughput: 250 },
        { type: 'io2' as const, iops: 100 },
      ),
      reclaimPolicy: fc.constantFrom('Retain' as const, 'Delete' as const, 'Snapshot' as const),
      origin: fc.constantFrom(
        { snapshotId: 'snap-0123456789abcdef0' },
        { volumeId: 'vol-0123456789abcdef0' },
      ),
    },
    { requiredKeys: ['kind'] },
  )
  .map(({ kind, origin, ...rest }) => ({ ...rest, ...kind, ...origin }));

const names = {
  database: letters(`${LOWER}_-`, 63).filter((name) => !['admin', 'config', 'local'].includes(name)),
  collection: letters(LOWER, 60).map((name) => `c${name}`),
  ttlDays: fc.integer({ min: 15, max: 3650 }),
};

const managed = some({
  instanceType,
  cpuCredits: fc.constantFrom('standard' as const, 'unlimited' as const),
  fallbackInstanceTypes: fc.array(instanceType, { maxLength: 5 }),
  amiId: hexId('ami'),
  mongoImage: fc.constantFrom('mongo:8.0', `registry.example/mongo@sha256:${'0'.repeat(64)}`),
  replaceImpairedAfterMinutes: fc.integer({ min: 5, max: 10_080 }),
  access: some({
    securityGroupIds: fc.uniqueArray(hexId('sg'), { maxLength: 3 }),
    cidrs: fc.uniqueArray(fc.constantFrom('10.1.0.0/16', '10.2.3.4/32', '192.168.0.0/24'), { maxLength: 3 }),
  }),
  credentials: some({
    rotateAfterDays: fc.integer({ min: 1, max: 3650 }),
    formerValidHours: fc.integer({ min: 0, max: 8760 }),
  }),
  volume,
});

const external = fc.oneof(
  fc.record({ uriSecretRef: keyRef }),
  fc.record({ uriSecretRef: keyRef, caConfigMapRef: keyRef }),
  fc.record({ uriSecretRef: keyRef, caSecretRef: keyRef }),
);

const store = fc.oneof(
  fc.record({ managed, ...names }, { requiredKeys: ['managed'] }),
  fc.record({ external, ...names }, { requiredKeys: ['external'] }),
  some(names),
);

const alarms = some({
  enabled: fc.boolean(),
  snsTopicArns: fc.uniqueArray(
    label.map((topic) => `arn:aws:sns:eu-central-1:123456789012:${topic}`),
    { maxLength: 5 },
  ),
  thresholds: some({
    deadLetters: fc.integer({ min: 1, max: 1_000_000 }),
    functionErrors: fc.integer({ min: 1, max: 1_000_000 }),
    oldestMessageSeconds: fc.integer({ min: 60, max: 1_209_600 }),
    volumeUsedPercent: fc.integer({ min: 1, max: 100 }),
  }),
});

const network = fc.record(
  {
    vpcId: hexId('vpc'),
    subnetIds: fc.uniqueArray(hexId('subnet'), { minLength: 1, maxLength: 6 }),
    securityGroupIds: fc.uniqueArray(hexId('sg'), { maxLength: 4 }),
  },
  { requiredKeys: ['vpcId', 'subnetIds'] },
);

/** Specs that the API server takes, from the empty one to one with every field. */
export const specs: fc.Arbitrary<SpecInput> = some({
  region: fc.constantFrom('eu-central-1', 'us-gov-west-1', 'ap-southeast-2'),
  endpoint,
  source,
  preQueue,
  queue,
  postQueue,
  store,
  network,
  alarms,
  tags: fc.dictionary(
    label,
    label.map((value) => `v=${value}`),
    { maxKeys: 5 },
  ),
  deletionPolicy: fc.constantFrom('Delete' as const, 'Retain' as const),
  suspend: fc.boolean(),
});

/**
 * What the API server makes of a spec: it fills in every default but one. A managed store that nobody named is for the
 * operator to fill in, since it would stand in the way of an external one if it were stored.
 */
export function storedSpec(given: SpecInput): SpecInput {
  const { store, ...spec } = webhookPipelineSpec.parse(given);
  const { managed, ...rest } = store;
  return { ...spec, store: given.store?.managed ? store : rest };
}

/** A spec that says everything: each field of the schema, at a value that is not its default. */
export const FULL_SPEC = {
  region: 'eu-central-1',
  endpoint: {
    path: 'orders',
    response: {
      statusCode: 202,
      contentType: 'text/plain',
      body: 'ok',
      rejectedStatusCode: 403,
      unavailableStatusCode: 500,
      disabledStatusCode: 410,
    },
    handshake: {
      method: 'POST',
      challenge: { jsonPath: '$.challenge' },
      when: { header: 'X-Kind', value: 'verification' },
      signed: true,
      answer: { statusCode: 201, contentType: 'application/json', jsonField: 'challenge' },
    },
    enabled: false,
    throttle: { rateLimit: 100, burstLimit: 50 },
  },
  source: {
    type: 'HMAC',
    secretRefs: [{ name: 'sender', key: 'secret' }],
    toleranceSeconds: 60,
    hmac: {
      header: 'X-Signature',
      algorithm: 'sha512',
      encoding: 'base64',
      keyEncoding: 'hex',
      prefix: 'v1=',
      template: '{timestamp}.{body}',
      timestampHeader: 'X-Time',
    },
    eventId: { header: 'X-Event-Id' },
    keepHeaders: ['X-Partner'],
    only: { jsonPath: '$.status', values: ['paid'] },
  },
  preQueue: {
    memoryMiB: 512,
    timeoutSeconds: 5,
    reservedConcurrency: 10,
    provisionedConcurrency: 8,
    architecture: 'x86_64',
    environment: { STAGE: 'test' },
    environmentFrom: [{ name: 'TENANT', secretKeyRef: { name: 'tenant', key: 'id' } }],
    code: { configMapRef: { name: 'modules', key: 'authorize.mjs' } },
    logRetentionDays: 30,
  },
  queue: {
    retentionSeconds: 3600,
    visibilityTimeoutSeconds: 600,
    maxReceiveCount: 3,
    deadLetter: { retentionSeconds: 86_400 },
  },
  postQueue: {
    memoryMiB: 1024,
    timeoutSeconds: 60,
    reservedConcurrency: 20,
    architecture: 'x86_64',
    environment: { STAGE: 'test' },
    environmentFrom: [{ name: 'CURRENCY', configMapKeyRef: { name: 'shop', key: 'currency' } }],
    code: { s3: { bucket: 'modules', key: 'process.mjs', version: 'v1' } },
    logRetentionDays: 90,
    concurrency: 10,
    batchSize: 100,
    batchWindowSeconds: 2,
    paused: true,
  },
  store: {
    managed: {
      instanceType: 't4g.small',
      cpuCredits: 'unlimited',
      fallbackInstanceTypes: ['t3.small'],
      amiId: 'ami-0123456789abcdef0',
      mongoImage: 'mongo:8.2',
      replaceImpairedAfterMinutes: 30,
      access: { securityGroupIds: ['sg-0fedcba9876543210'], cidrs: ['10.1.0.0/16'] },
      credentials: { rotateAfterDays: 90, formerValidHours: 48 },
      volume: {
        sizeGiB: 20,
        type: 'io2',
        iops: 1000,
        reclaimPolicy: 'Delete',
        snapshotId: 'snap-0123456789abcdef0',
      },
      snapshots: { everyHours: 6, keep: 3 },
    },
    database: 'webhooks',
    collection: 'orders',
    ttlDays: 90,
    connectionSecret: { name: 'orders-events', role: 'readWrite' },
  },
  network: {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  },
  alarms: {
    enabled: false,
    snsTopicArns: ['arn:aws:sns:eu-central-1:123456789012:alerts'],
    thresholds: {
      deadLetters: 2,
      functionErrors: 2,
      functionThrottles: 2,
      oldestMessageSeconds: 60,
      gatewayErrors: 2,
      volumeUsedPercent: 90,
    },
  },
  tags: { 'cost-center': '42' },
  deletionPolicy: 'Retain',
  suspend: true,
} satisfies SpecInput;
