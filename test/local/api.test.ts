import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { webhookPipelineSpec } from '../../src/api/v1alpha1.ts';
import { FULL_SPEC, type SpecInput, specs, storedSpec } from '../unit/api/specs.ts';
import { WRONG_SIGNATURES } from '../unit/api/wrong-signatures.ts';
import { ApiServer } from './api-server.ts';

/** What users meet when they write, change and read a WebhookPipeline, by kubectl against a real API server. */

const CRD = 'crds/nami.dev_webhookpipelines.yaml';
let server: ApiServer;
const kubectl = (args: readonly string[], input?: object) => server.kubectl(args, input);

beforeAll(async () => {
  server = await ApiServer.start();
});

afterAll(() => server?.stop());

const pipeline = (name: string, spec?: unknown) => ({
  apiVersion: 'nami.dev/v1alpha1',
  kind: 'WebhookPipeline',
  metadata: { name },
  spec,
});
const tryOut = (spec: unknown, name = 'orders') =>
  kubectl(['create', '--dry-run=server', '-f', '-'], pipeline(name, spec));
const patch = (name: string, change: object, ...more: string[]) =>
  kubectl(['patch', 'whp', name, '--type=merge', '-p', JSON.stringify(change), ...more]);
const read = async (name: string) => JSON.parse(await kubectl(['get', 'whp', name, '-o', 'json']));

/** The single complaints of an answer of kubectl, without the server's note that it looked no further. */
function complaints(answer: string): string[] {
  return answer
    .replace(/^The WebhookPipeline "[^"]*" is invalid: ?/, '')
    .replace(/^Error from server \(BadRequest\): .*strict decoding error: /, '')
    .split(/\n\* |^\* /m)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('<nil>: Invalid value: null: some validation rules'));
}

const SECRET = { name: 's', key: 'k' };
const github = (...secretRefs: object[]) => ({ source: { type: 'GitHub', secretRefs } });
const hmac = (fields: object) => ({
  source: { type: 'HMAC', secretRefs: [SECRET], hmac: { header: 'X-Sig', ...fields } },
});
const publicKey = (fields: object) => ({
  source: {
    type: 'PublicKey',
    publicKey: { header: 'X-Sig', algorithm: 'ed25519', keys: [{ value: 'k' }], ...fields },
  },
});
const jwt = (fields: object) => ({
  source: { type: 'JWT', secretRefs: [SECRET], jwt: { algorithm: 'HS256', ...fields } },
});
const handshake = (fields: object) => ({
  endpoint: { handshake: { method: 'GET', challenge: { query: 'challenge' }, ...fields } },
});
const eventId = (fields: object) => ({ source: { eventId: fields } });
const managed = (fields: object) => ({ store: { managed: fields } });
const volume = (fields: object) => managed({ volume: fields });
const network = (fields: object) => ({
  network: { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0123456789abcdef0'], ...fields },
});
const environment = (names: readonly string[]) => ({
  preQueue: { environment: Object.fromEntries(names.map((name) => [name, 'x'])) },
});

/** What is wrong, the spec, the field that is named, and what the user is told about it. */
const WRONG: readonly (readonly [string, unknown, string, string])[] = [
  ['no spec', undefined, 'spec', 'Required value'],
  ['a spec that is a list', [], 'spec', 'must be of type object'],
  [
    'a region that is none',
    { region: 'Frankfurt' },
    'spec.region',
    'must be the name of an AWS region, such as eu-central-1',
  ],
  [
    'a region that is too long',
    { region: `eu-${'a'.repeat(40)}-1` },
    'spec.region',
    'may not be more than 32 bytes',
  ],

  [
    'capitals in a path',
    { endpoint: { path: 'Orders' } },
    'spec.endpoint.path',
    'lower-case letters, digits and hyphens only',
  ],
  [
    'a slash in a path',
    { endpoint: { path: 'a/b' } },
    'spec.endpoint.path',
    'lower-case letters, digits and hyphens only',
  ],
  [
    'an empty path',
    { endpoint: { path: '' } },
    'spec.endpoint.path',
    'starts and ends with a letter or digit',
  ],
  [
    'a path that starts with a hyphen',
    { endpoint: { path: '-a' } },
    'spec.endpoint.path',
    'starts and ends with a letter or digit',
  ],
  [
    'a path that is too long',
    { endpoint: { path: 'a'.repeat(64) } },
    'spec.endpoint.path',
    'may not be more than 63 bytes',
  ],
  [
    'a redirect as answer',
    { endpoint: { response: { statusCode: 302 } } },
    'spec.endpoint.response.statusCode',
    'less than or equal to 299',
  ],
  [
    'a server error for a bad signature',
    { endpoint: { response: { rejectedStatusCode: 500 } } },
    'spec.endpoint.response.rejectedStatusCode',
    'less than or equal to 499',
  ],
  [
    'a client error for an unavailable queue',
    { endpoint: { response: { unavailableStatusCode: 404 } } },
    'spec.endpoint.response.unavailableStatusCode',
    'greater than or equal to 500',
  ],
  [
    'a content type that is none',
    { endpoint: { response: { contentType: 'json' } } },
    'spec.endpoint.response.contentType',
    'must be a media type, such as application/json',
  ],
  [
    'a content type with a second header in it',
    { endpoint: { response: { contentType: 'text/plain\r\nX: y' } } },
    'spec.endpoint.response.contentType',
    'must be a media type',
  ],
  [
    'a long answer',
    { endpoint: { response: { body: 'x'.repeat(1025) } } },
    'spec.endpoint.response.body',
    'may not be more than 1024 bytes',
  ],
  [
    'half a throttle',
    { endpoint: { throttle: { rateLimit: 5 } } },
    'spec.endpoint.throttle.burstLimit',
    'Required value',
  ],
  [
    'a throttle that lets nothing through',
    { endpoint: { throttle: { rateLimit: 0, burstLimit: 1 } } },
    'spec.endpoint.throttle.rateLimit',
    'greater than or equal to 1',
  ],
  [
    'a burst above what AWS has',
    { endpoint: { throttle: { rateLimit: 1, burstLimit: 5001 } } },
    'spec.endpoint.throttle.burstLimit',
    'less than or equal to 5000',
  ],

  [
    'a sender that is not known',
    { source: { type: 'Gitlab' } },
    'spec.source.type',
    'supported values: "None", ',
  ],
  [
    'a signing sender without secret',
    { source: { type: 'GitHub' } },
    'spec.source',
    'name its signing secret in secretRefs',
  ],
  ['a signing sender with an empty list', github(), 'spec.source', 'name its signing secret in secretRefs'],
  [
    'a secret that nothing is verified with',
    { source: { secretRefs: [SECRET] } },
    'spec.source',
    'remove secretRefs, or set type to the sender',
  ],
  [
    'four secrets',
    github(...['a', 'b', 'c', 'd'].map((name) => ({ name, key: 'k' }))),
    'spec.source.secretRefs',
    'must have at most 3 items',
  ],
  ['a secret twice', github(SECRET, SECRET), 'spec.source.secretRefs[1]', 'Duplicate value'],
  ['a Secret without key', github({ name: 's' }), 'spec.source.secretRefs[0].key', 'Required value'],
  [
    'a Secret with an impossible name',
    github({ name: 'My_Secret', key: 'k' }),
    'spec.source.secretRefs[0].name',
    'lower-case letters, digits, - and . only',
  ],
  [
    'a path in place of a Secret',
    github({ name: '../other/secrets/s', key: 'k' }),
    'spec.source.secretRefs[0].name',
    'lower-case letters, digits, - and . only',
  ],
  [
    'an impossible key',
    github({ name: 's', key: 'a/b' }),
    'spec.source.secretRefs[0].key',
    'letters, digits, -, _ and . only',
  ],
  [
    'no tolerance',
    { source: { toleranceSeconds: 0 } },
    'spec.source.toleranceSeconds',
    'greater than or equal to 1',
  ],
  [
    'HMAC that nobody described',
    { source: { type: 'HMAC', secretRefs: [SECRET] } },
    'spec.source',
    'give hmac, with hmac.header at least',
  ],
  [
    'a description of HMAC for another sender',
    { source: { type: 'GitHub', secretRefs: [SECRET], hmac: { header: 'X-Sig' } } },
    'spec.source',
    'remove it, or set type to HMAC',
  ],
  [
    'a header with its colon',
    hmac({ header: 'X-Sig:' }),
    'spec.source.hmac.header',
    'has letters, digits, - and _ only, without the colon',
  ],
  [
    'an algorithm that is none',
    hmac({ algorithm: 'md5' }),
    'spec.source.hmac.algorithm',
    'supported values: "sha1", "sha256", "sha512"',
  ],
  [
    'an encoding that is none',
    hmac({ encoding: 'base32' }),
    'spec.source.hmac.encoding',
    'supported values: "hex", "base64", "base64url"',
  ],
  [
    'a key in an encoding that is none',
    hmac({ keyEncoding: 'base64url' }),
    'spec.source.hmac.keyEncoding',
    'supported values: "text", "hex", "base64"',
  ],
  [
    'a form of time that is none',
    hmac({ template: '{timestamp}.{body}', timestamp: { header: 'X-Time', format: 'rfc1123' } }),
    'spec.source.hmac.timestamp.format',
    'supported values: "seconds", "milliseconds", "iso8601"',
  ],
  [
    'parts without a signature',
    hmac({ parts: { separator: ';' } }),
    'spec.source.hmac.parts.signature',
    'Required value',
  ],
  [
    'no header of several',
    hmac({ header: undefined, headers: [] }),
    'spec.source.hmac.headers',
    'at least 1 items',
  ],
  ...WRONG_SIGNATURES.map(([name, source, field, message]) => [name, { source }, field, message] as const),
  [
    'a public key of no algorithm',
    publicKey({ algorithm: undefined }),
    'spec.source.publicKey.algorithm',
    'Required value',
  ],
  [
    'a public key of another algorithm',
    publicKey({ algorithm: 'rsa-sha1' }),
    'spec.source.publicKey.algorithm',
    'supported values: "ed25519"',
  ],
  ['no public key', publicKey({ keys: [] }), 'spec.source.publicKey.keys', 'at least 1 items'],
  [
    'a public key from nowhere',
    publicKey({ keys: [{}] }),
    'spec.source.publicKey.keys[0]',
    'exactly one of value, configMapKeyRef and secretKeyRef',
  ],
  [
    'a public key from two places',
    publicKey({ keys: [{ value: 'k', secretKeyRef: SECRET }] }),
    'spec.source.publicKey.keys[0]',
    'exactly one of value',
  ],
  [
    'a public key without its description',
    { source: { type: 'PublicKey' } },
    'spec.source',
    'publicKey and type PublicKey belong together',
  ],
  [
    'the public key of another type',
    { source: { ...publicKey({}).source, type: 'None' } },
    'spec.source',
    'publicKey and type PublicKey belong together',
  ],
  [
    'a public key and a secret',
    { source: { ...publicKey({}).source, secretRefs: [SECRET] } },
    'spec.source',
    'public keys stand in publicKey.keys or jwt.keys, and are no secrets: take secretRefs out',
  ],
  [
    'the header of a public key’s signature as identity',
    { source: { ...publicKey({ header: 'X-A' }).source, eventId: { header: 'x-a' } } },
    'spec.source.eventId.header',
    'names a header that proves who sends',
  ],
  [
    'one of them among those that are kept',
    { source: { ...publicKey({ header: undefined, headers: ['X-A', 'X-B'] }).source, keepHeaders: ['x-b'] } },
    'spec.source.keepHeaders',
    'keepHeaders names a header that proves who sends',
  ],
  ['a token of no algorithm', jwt({ algorithm: undefined }), 'spec.source.jwt.algorithm', 'Required value'],
  [
    'a token that anyone makes',
    jwt({ algorithm: 'none' }),
    'spec.source.jwt.algorithm',
    'supported values: "HS256", "RS256", "ES256"',
  ],
  [
    'a secret token with public keys',
    jwt({ keys: [{ value: 'k' }] }),
    'spec.source.jwt',
    'jwt.algorithm HS256 takes a secret in secretRefs and no keys',
  ],
  [
    'a public token without keys',
    jwt({ algorithm: 'RS256' }),
    'spec.source.jwt',
    'RS256 and ES256 take public keys in jwt.keys',
  ],
  [
    'a public token and a secret',
    jwt({ algorithm: 'RS256', keys: [{ value: 'k' }] }),
    'spec.source',
    'are no secrets: take secretRefs out',
  ],
  [
    'a token’s key from nowhere',
    { source: { ...jwt({ algorithm: 'ES256', keys: [{}] }).source, secretRefs: [] } },
    'spec.source.jwt.keys[0]',
    'an entry of jwt.keys takes exactly one of value',
  ],
  [
    'no key of a token',
    { source: { ...jwt({ algorithm: 'ES256', keys: [] }).source, secretRefs: [] } },
    'spec.source.jwt.keys',
    'at least 1 items',
  ],
  [
    'a token without its description',
    { source: { type: 'JWT', secretRefs: [SECRET] } },
    'spec.source',
    'jwt and type JWT belong together',
  ],
  [
    'a claim that is none',
    jwt({ bodyHashClaim: 'a b' }),
    'spec.source.jwt.bodyHashClaim',
    'jwt.bodyHashClaim is the name of a claim',
  ],
  [
    'the header of a token as identity',
    { source: { ...jwt({ header: 'X-Proof-Of' }).source, eventId: { header: 'x-proof-of' } } },
    'spec.source.eventId.header',
    'names a header that proves who sends',
  ],
  [
    'a key in two places',
    { source: { type: 'ApiKey', secretRefs: [SECRET], apiKey: { header: 'X-Key', query: 'code' } } },
    'spec.source.apiKey',
    'apiKey takes one of header and query',
  ],
  [
    'a parameter with its sign',
    { source: { type: 'ApiKey', secretRefs: [SECRET], apiKey: { query: 'code=' } } },
    'spec.source.apiKey.query',
    'apiKey.query is the name of a parameter',
  ],
  [
    'the URL with a signature that leaves it out',
    { source: { ...hmac({ template: '{body}{header:url}' }).source, publicUrl: 'https://hooks.example/' } },
    'spec.source',
    'or to HMAC or PublicKey with {url}, {path} or {query}',
  ],
  [
    'one of several signatures as identity',
    {
      source: { ...hmac({ header: undefined, headers: ['X-A', 'X-B'] }).source, eventId: { header: 'x-b' } },
    },
    'spec.source.eventId.header',
    'names a header that proves who sends',
  ],
  [
    'one of several signatures that is to be kept',
    { source: { ...hmac({ header: undefined, headers: ['X-A', 'X-B'] }).source, keepHeaders: ['X-b'] } },
    'spec.source.keepHeaders',
    'never stored',
  ],
  [
    'the header of another type',
    { source: { type: 'Bearer', secretRefs: [SECRET], apiKey: {} } },
    'spec.source',
    'remove it, or set type to ApiKey',
  ],
  [
    'the URL of a sender that signs none',
    { source: { publicUrl: 'https://hooks.example/' } },
    'spec.source',
    'remove publicUrl, or set type to one that does, such as Twilio, or to HMAC',
  ],
  [
    'a URL with connection overrides',
    { source: { type: 'Twilio', secretRefs: [SECRET], publicUrl: 'https://hooks.example/#rc=2' } },
    'spec.source.publicUrl',
    'starts with https:// and has no # in it',
  ],
  ['an identity that is nowhere', eventId({}), 'spec.source.eventId', 'exactly one of'],
  ['a body that is no identity', eventId({ bodySha256: false }), 'spec.source.eventId', 'exactly one of'],
  [
    'two identities',
    eventId({ header: 'X-Id', bodySha256: true }),
    'spec.source.eventId',
    'exactly one of header, jsonPath and bodySha256: true',
  ],
  [
    'elements that are all known by one header',
    eventId({ each: '$.events', header: 'X-Id' }),
    'spec.source.eventId',
    'leave out header, which is the same for all',
  ],
  [
    'elements with two identities',
    eventId({ each: '$', jsonPath: '$.id', bodySha256: true }),
    'spec.source.eventId',
    'and one of jsonPath and bodySha256',
  ],
  [
    'a list without its start',
    eventId({ each: 'events' }),
    'spec.source.eventId.each',
    'starts with $ and has steps .name, [0] and [*]',
  ],
  [
    'a path without its start',
    eventId({ jsonPath: 'data.id' }),
    'spec.source.eventId.jsonPath',
    'starts with $ and has steps .name and [0], such as $.data.id',
  ],
  [
    'a secret as identity',
    eventId({ header: 'AUTHORIZATION' }),
    'spec.source.eventId.header',
    'name one that differs',
  ],
  [
    'a signature as identity',
    { source: { ...hmac({}).source, eventId: { header: 'X-SIG' } } },
    'spec.source.eventId.header',
    'names a header that proves who sends',
  ],
  [
    'a token that is to be kept',
    { source: { keepHeaders: ['X-Partner', 'X-Jwt'] } },
    'spec.source.keepHeaders',
    'take it out, for it is never stored',
  ],
  [
    'a key as identity',
    {
      source: {
        type: 'ApiKey',
        secretRefs: [SECRET],
        apiKey: { header: 'X-Key' },
        eventId: { header: 'x-key' },
      },
    },
    'spec.source.eventId.header',
    'name one that differs',
  ],

  [
    'too little memory',
    { preQueue: { memoryMiB: 64 } },
    'spec.preQueue.memoryMiB',
    'greater than or equal to 128',
  ],
  [
    'too much memory',
    { postQueue: { memoryMiB: 20_000 } },
    'spec.postQueue.memoryMiB',
    'less than or equal to 10240',
  ],
  [
    'memory with a unit',
    { preQueue: { memoryMiB: '256Mi' } },
    'spec.preQueue.memoryMiB',
    'must be of type integer',
  ],
  [
    'a reservation of nothing',
    { preQueue: { reservedConcurrency: 0 } },
    'spec.preQueue.reservedConcurrency',
    'greater than or equal to 1',
  ],
  [
    'more provisioned than is reserved',
    { preQueue: { reservedConcurrency: 5, provisionedConcurrency: 6 } },
    'spec.preQueue',
    'provisionedConcurrency must not be greater than reservedConcurrency, of which it is a part: lower it',
  ],
  [
    'nothing provisioned',
    { preQueue: { provisionedConcurrency: 0 } },
    'spec.preQueue.provisionedConcurrency',
    'greater than or equal to 1',
  ],
  [
    'an architecture that is none',
    { preQueue: { architecture: 'amd64' } },
    'spec.preQueue.architecture',
    'supported values: "arm64", "x86_64"',
  ],
  [
    'a reserved variable',
    environment(['AWS_REGION']),
    'spec.preQueue.environment',
    'NAMI_, AWS_ or LAMBDA_ are reserved: choose another name',
  ],
  [
    'a variable of the operator',
    environment(['NAMI_SECRETS']),
    'spec.preQueue.environment',
    'reserved: choose another name',
  ],
  [
    'a variable with a hyphen',
    environment(['LOG-LEVEL']),
    'spec.preQueue.environment',
    'start with a letter and hold only letters, digits and _',
  ],
  [
    '21 variables',
    environment(Array.from({ length: 21 }, (_, index) => `V${index}`)),
    'spec.preQueue.environment',
    'must have at most 20 items',
  ],
  [
    'a variable that is a number',
    { postQueue: { environment: { LEVEL: 1 } } },
    'spec.postQueue.environment.LEVEL',
    'must be of type string',
  ],
  [
    'a long variable',
    { postQueue: { environment: { AB: 'x'.repeat(1025) } } },
    'spec.postQueue.environment.AB',
    'may not be more than 1024 bytes',
  ],
  [
    'a variable of one letter',
    { postQueue: { environment: { V: '1' } } },
    'spec.postQueue.environment',
    'environment names have two characters or more',
  ],
  ['a tag of AWS', { tags: { 'AWS:team': 'a' } }, 'spec.tags', 'choose another key'],
  ['a tag of the operator', { tags: { 'nami.dev/name': 'a' } }, 'spec.tags', 'choose another key'],
  ['a tag that no service takes', { tags: { 'a|b': 'a' } }, 'spec.tags', 'the key of a tag has 1 to 128'],
  [
    'a tag that is too long',
    { tags: { ['k'.repeat(129)]: 'a' } },
    'spec.tags',
    'the key of a tag has 1 to 128',
  ],
  ['a tag without value', { tags: { team: '' } }, 'spec.tags[team]', 'the value of a tag has 1 to 256'],
  [
    'a hundred tags',
    { tags: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`t${index}`, 'a'])) },
    'spec.tags',
    'must have at most 40',
  ],
  [
    'a name in environment and in environmentFrom',
    {
      preQueue: { environment: { AB: '1' }, environmentFrom: [{ name: 'AB', secretKeyRef: SECRET }] },
    },
    'spec.preQueue',
    'a name stands in environment and in environmentFrom: take it out of one of them',
  ],
  [
    'the same after the queue',
    {
      postQueue: { environment: { AB: '1' }, environmentFrom: [{ name: 'AB', configMapKeyRef: SECRET }] },
    },
    'spec.postQueue',
    'a name stands in environment and in environmentFrom: take it out of one of them',
  ],
  [
    'a variable of two origins',
    { preQueue: { environmentFrom: [{ name: 'AB', secretKeyRef: SECRET, configMapKeyRef: SECRET }] } },
    'spec.preQueue.environmentFrom[0]',
    'takes exactly one of secretKeyRef and configMapKeyRef',
  ],
  [
    'a variable of no origin',
    { postQueue: { environmentFrom: [{ name: 'AB' }] } },
    'spec.postQueue.environmentFrom[0]',
    'takes exactly one of secretKeyRef and configMapKeyRef',
  ],
  [
    'a variable of one name twice',
    {
      postQueue: {
        environmentFrom: [
          { name: 'AB', secretKeyRef: SECRET },
          { name: 'AB', configMapKeyRef: SECRET },
        ],
      },
    },
    'spec.postQueue.environmentFrom[1]',
    'Duplicate value',
  ],
  [
    'a reserved variable from a Secret',
    { postQueue: { environmentFrom: [{ name: 'NAMI_STORE_URI', secretKeyRef: SECRET }] } },
    'spec.postQueue.environmentFrom',
    'reserved: choose another name',
  ],
  [
    'a variable with a hyphen from a Secret',
    { postQueue: { environmentFrom: [{ name: 'LOG-LEVEL', secretKeyRef: SECRET }] } },
    'spec.postQueue.environmentFrom',
    'start with a letter and hold only letters, digits and _',
  ],
  [
    'a ConfigMap in another namespace',
    { postQueue: { environmentFrom: [{ name: 'AB', configMapKeyRef: { name: 'other/map', key: 'k' } }] } },
    'spec.postQueue.environmentFrom[0].configMapKeyRef.name',
    'the name of a ConfigMap has lower-case letters, digits, - and . only',
  ],
  [
    'a ConfigMap key with a slash',
    { preQueue: { code: { configMapRef: { name: 'map', key: 'a/b' } } } },
    'spec.preQueue.code.configMapRef.key',
    'the key within a ConfigMap has letters, digits, -, _ and . only',
  ],
  [
    'code of two origins',
    { preQueue: { code: { configMapRef: SECRET, s3: { bucket: 'modules', key: 'a.mjs' } } } },
    'spec.preQueue.code',
    'code takes exactly one of configMapRef and s3',
  ],
  [
    'code of no origin',
    { postQueue: { code: {} } },
    'spec.postQueue.code',
    'code takes exactly one of configMapRef and s3',
  ],
  [
    'code from a bucket that is none',
    { postQueue: { code: { s3: { bucket: 's3://modules', key: 'a.mjs' } } } },
    'spec.postQueue.code.s3.bucket',
    'the name of an S3 bucket has lower-case letters, digits, - and . only',
  ],
  [
    'code from an empty key',
    { postQueue: { code: { s3: { bucket: 'modules', key: '' } } } },
    'spec.postQueue.code.s3.key',
    'should be at least 1 chars long',
  ],
  [
    'a retention that CloudWatch does not have',
    { preQueue: { logRetentionDays: 10 } },
    'spec.preQueue.logRetentionDays',
    'supported values: "1", "3", "5", "7", "14"',
  ],
  [
    'an answer that API Gateway does not wait for',
    { preQueue: { timeoutSeconds: 30 } },
    'spec.preQueue.timeoutSeconds',
    'less than or equal to 29',
  ],
  [
    'a run that Lambda does not allow',
    { postQueue: { timeoutSeconds: 901 } },
    'spec.postQueue.timeoutSeconds',
    'less than or equal to 900',
  ],
  [
    'one at a time, which SQS does not do',
    { postQueue: { concurrency: 1 } },
    'spec.postQueue.concurrency',
    'greater than or equal to 2',
  ],
  [
    'a large batch without window',
    { postQueue: { batchSize: 11 } },
    'spec.postQueue',
    'needs batchWindowSeconds of at least 1',
  ],
  [
    'a window that is too long',
    { postQueue: { batchWindowSeconds: 301 } },
    'spec.postQueue.batchWindowSeconds',
    'less than or equal to 300',
  ],
  [
    'a reservation without place for the probe',
    { postQueue: { reservedConcurrency: 5 } },
    'spec.postQueue',
    'must be greater than concurrency: the probe needs a place too',
  ],

  [
    'a retention that is too short',
    { queue: { retentionSeconds: 59 } },
    'spec.queue.retentionSeconds',
    'greater than or equal to 60',
  ],
  [
    'a queue that keeps as long as its dead-letter queue',
    { queue: { retentionSeconds: 1_209_600 } },
    'spec.queue',
    'deadLetter.retentionSeconds must be greater than retentionSeconds',
  ],
  [
    'a dead-letter retention beyond 14 days',
    { queue: { deadLetter: { retentionSeconds: 1_209_601 } } },
    'spec.queue.deadLetter.retentionSeconds',
    'less than or equal to 1209600',
  ],
  [
    'a handshake of no method',
    handshake({ method: undefined }),
    'spec.endpoint.handshake.method',
    'Required value',
  ],
  [
    'a handshake by another method',
    handshake({ method: 'PUT' }),
    'spec.endpoint.handshake.method',
    'supported values: "GET", "HEAD", "OPTIONS", "POST"',
  ],
  [
    'a challenge that is nowhere',
    handshake({ challenge: {} }),
    'spec.endpoint.handshake.challenge',
    'handshake.challenge takes exactly one of header, query and jsonPath',
  ],
  [
    'a challenge in two places',
    handshake({ challenge: { header: 'X-A', query: 'a' } }),
    'spec.endpoint.handshake.challenge',
    'exactly one of header, query and jsonPath',
  ],
  [
    'a challenge of a header with its colon',
    handshake({ challenge: { header: 'X-A:' } }),
    'spec.endpoint.handshake.challenge.header',
    'without the colon',
  ],
  [
    'a challenge of a parameter with its sign',
    handshake({ challenge: { query: 'a=' } }),
    'spec.endpoint.handshake.challenge.query',
    'handshake.challenge.query is the name of a parameter',
  ],
  [
    'a challenge that is no path',
    handshake({ challenge: { jsonPath: 'a' } }),
    'spec.endpoint.handshake.challenge.jsonPath',
    'handshake.challenge.jsonPath starts with $',
  ],
  [
    'a sign that is nowhere',
    handshake({ when: { value: 'a' } }),
    'spec.endpoint.handshake.when',
    'handshake.when takes exactly one of header, query and jsonPath',
  ],
  [
    'a sign that is no path',
    handshake({ when: { jsonPath: 'a', value: 'a' } }),
    'spec.endpoint.handshake.when.jsonPath',
    'handshake.when.jsonPath starts with $',
  ],
  [
    'a sign of a parameter with its sign',
    handshake({ when: { query: 'a=', value: 'a' } }),
    'spec.endpoint.handshake.when.query',
    'handshake.when.query is the name of a parameter',
  ],
  [
    'an answer in two places',
    handshake({ answer: { header: 'X-A', jsonField: 'a' } }),
    'spec.endpoint.handshake.answer',
    'answer takes one of header and jsonField',
  ],
  [
    'an answer in a header that all clients read',
    handshake({ answer: { header: 'Set-Cookie' } }),
    'spec.endpoint.handshake.answer',
    'answer.header names a header that means something to every client',
  ],
  [
    'an answer that a browser runs',
    handshake({ answer: { contentType: 'text/html' } }),
    'spec.endpoint.handshake.answer.contentType',
    'supported values: "text/plain", "application/json"',
  ],
  [
    'an answer in a member that is none',
    handshake({ answer: { jsonField: 'a b' } }),
    'spec.endpoint.handshake.answer.jsonField',
    'answer.jsonField is the name of a member',
  ],
  [
    'an answer without challenge',
    handshake({ challenge: undefined, answer: { header: 'X-A' } }),
    'spec.endpoint.handshake',
    'say in challenge where it stands',
  ],
  [
    'a handshake like any delivery',
    handshake({ method: 'POST', challenge: undefined }),
    'spec.endpoint.handshake',
    'a handshake by POST needs challenge or when',
  ],
  [
    'a pause that is text',
    { postQueue: { paused: 'yes' } },
    'spec.postQueue.paused',
    'must be of type boolean',
  ],
  [
    'an endpoint that is text',
    { endpoint: { enabled: 'no' } },
    'spec.endpoint.enabled',
    'must be of type boolean',
  ],
  [
    'a code of its own for a disabled endpoint',
    { endpoint: { response: { disabledStatusCode: 404 } } },
    'spec.endpoint.response.disabledStatusCode',
    'supported values: "503", "410"',
  ],
  [
    'types of a sender that says none',
    { source: { only: { types: ['push'] } } },
    'spec.source.only.types',
    'of such an event no type is known, for its sender tells none',
  ],
  [
    'types and a place',
    {
      source: {
        type: 'GitHub',
        secretRefs: [SECRET],
        only: { types: ['push'], jsonPath: '$.a', values: ['b'] },
      },
    },
    'spec.source.only',
    'only takes either types, or jsonPath and values',
  ],
  [
    'a place without values',
    { source: { only: { jsonPath: '$.a' } } },
    'spec.source.only',
    'only takes either types, or jsonPath and values',
  ],
  [
    'a place that is no path',
    { source: { only: { jsonPath: 'a', values: ['b'] } } },
    'spec.source.only.jsonPath',
    'only.jsonPath starts with $ and has steps',
  ],
  [
    'SNS without topics',
    { source: { type: 'SNS' } },
    'spec.source',
    'sns and type SNS belong together: give sns.topicArns with the topics that you subscribe to',
  ],
  [
    'SNS with a secret',
    {
      source: {
        type: 'SNS',
        secretRefs: [SECRET],
        sns: { topicArns: ['arn:aws:sns:us-east-1:111122223333:a'] },
      },
    },
    'spec.source',
    "type SNS verifies by certificates of Amazon's, and there is no secret: take secretRefs out",
  ],
  [
    'a topic that is none',
    { source: { type: 'SNS', sns: { topicArns: ['arn:aws:sqs:us-east-1:111122223333:a'] } } },
    'spec.source.sns.topicArns[0]',
    'sns.topicArns holds ARNs of topics, such as arn:aws:sns:eu-central-1:111122223333:orders',
  ],
  [
    'types of elements where the user says what they are',
    {
      source: {
        type: 'Okta',
        secretRefs: [SECRET],
        eventId: { each: '$.data.events' },
        only: { types: ['user.session.start'] },
      },
    },
    'spec.source.only.types',
    'or in an element of eventId.each, in only.jsonPath and only.values instead',
  ],
  [
    'no event at all',
    { source: { type: 'GitHub', secretRefs: [SECRET], only: { types: [] } } },
    'spec.source.only.types',
    'at least 1 items',
  ],
  [
    'a visibility timeout below the function’s',
    { queue: { visibilityTimeoutSeconds: 10 } },
    'spec',
    'must be at least postQueue.timeoutSeconds, better six times that',
  ],
  [
    'a visibility timeout beyond 12 hours',
    { queue: { visibilityTimeoutSeconds: 43_201 } },
    'spec.queue.visibilityTimeoutSeconds',
    'less than or equal to 43200',
  ],
  [
    'no try at all',
    { queue: { maxReceiveCount: 0 } },
    'spec.queue.maxReceiveCount',
    'greater than or equal to 1',
  ],

  [
    'both stores',
    { store: { managed: {}, external: { uriSecretRef: SECRET } } },
    'spec.store',
    'give only one of store.managed and store.external',
  ],
  [
    'certificates from two places',
    { store: { external: { uriSecretRef: SECRET, caConfigMapRef: SECRET, caSecretRef: SECRET } } },
    'spec.store.external',
    'take the other out',
  ],
  [
    'an external store without Secret',
    { store: { external: {} } },
    'spec.store.external.uriSecretRef',
    'Required value',
  ],
  [
    'an instance type that is none',
    managed({ instanceType: 'micro' }),
    'spec.store.managed.instanceType',
    'must be an EC2 instance type, such as t3.micro',
  ],
  [
    'a connection Secret of an external store',
    { store: { external: { uriSecretRef: { name: 'a', key: 'b' } }, connectionSecret: { name: 'events' } } },
    'spec.store',
    'store.connectionSecret is for a managed store: take it out',
  ],
  [
    'a name that no Secret has',
    { store: { connectionSecret: { name: 'Events' } } },
    'spec.store.connectionSecret.name',
    'this must be the name of a Secret: lower-case letters',
  ],
  [
    'a range of addresses that is none',
    managed({ access: { cidrs: ['10.1.0.0'] } }),
    'spec.store.managed.access.cidrs[0]',
    'this must be a range of IPv4 addresses, such as 10.1.0.0/16; one address is 10.1.2.3/32',
  ],
  [
    'a fallback that is none',
    managed({ fallbackInstanceTypes: ['t3.micro', 'big'] }),
    'spec.store.managed.fallbackInstanceTypes[1]',
    'must be an EC2 instance type, such as t3.micro',
  ],
  [
    'six fallbacks',
    managed({ fallbackInstanceTypes: Array(6).fill('t3.micro') }),
    'spec.store.managed.fallbackInstanceTypes',
    'must have at most 5 items',
  ],
  [
    'an image id that is none',
    managed({ amiId: 'ubuntu' }),
    'spec.store.managed.amiId',
    'such as ami-0123456789abcdef0',
  ],
  [
    'no database image',
    managed({ mongoImage: '' }),
    'spec.store.managed.mongoImage',
    'must be the reference of a container image',
  ],
  [
    'a command in place of a database image',
    managed({ mongoImage: 'mongo:8\nENV\nreboot' }),
    'spec.store.managed.mongoImage',
    'must be the reference of a container image',
  ],
  [
    'a volume without size',
    volume({ sizeGiB: 0 }),
    'spec.store.managed.volume.sizeGiB',
    'greater than or equal to 1',
  ],
  [
    'an old volume type',
    volume({ type: 'gp2' }),
    'spec.store.managed.volume.type',
    'supported values: "gp3", "io2"',
  ],
  ['io2 without iops', volume({ type: 'io2' }), 'spec.store.managed.volume', 'type io2 needs iops'],
  [
    'gp3 with too few iops',
    volume({ iops: 200 }),
    'spec.store.managed.volume',
    'iops of a gp3 volume must be between 3000 and 80000',
  ],
  [
    'more iops than the volume is large enough for',
    volume({ sizeGiB: 8, iops: 4001 }),
    'spec.store.managed.volume',
    'a volume takes 500 iops for each GiB (io2: 1000): raise sizeGiB or lower iops',
  ],
  [
    'credentials that never go',
    { store: { managed: { credentials: { rotateAfterDays: 1 } } } },
    'spec.store.managed.credentials',
    'formerValidHours must be less than 24',
  ],
  [
    'throughput of io2',
    volume({ type: 'io2', iops: 3000, throughput: 125 }),
    'spec.store.managed.volume',
    'throughput is for volumes of type gp3',
  ],
  [
    'more throughput than its iops allow',
    volume({ throughput: 751 }),
    'spec.store.managed.volume',
    'throughput takes four iops for each MiB a second: raise iops or lower throughput',
  ],
  [
    'a volume from a snapshot that is another volume',
    volume({ snapshotId: 'snap-0123456789abcdef0', volumeId: 'vol-0123456789abcdef0' }),
    'spec.store.managed.volume',
    'made from snapshotId or it is volumeId: take one of the two out',
  ],
  [
    'a snapshot by its name',
    volume({ snapshotId: 'friday' }),
    'spec.store.managed.volume.snapshotId',
    'snapshotId must be the id of an EBS snapshot, such as snap-0123456789abcdef0',
  ],
  [
    'a volume by the id of something else',
    volume({ volumeId: 'snap-0123456789abcdef0' }),
    'spec.store.managed.volume.volumeId',
    'volumeId must be the id of an EBS volume, such as vol-0123456789abcdef0',
  ],
  [
    'iops out of bounds',
    volume({ type: 'io2', iops: 99 }),
    'spec.store.managed.volume.iops',
    'greater than or equal to 100',
  ],
  [
    'a reclaim policy that is none',
    volume({ reclaimPolicy: 'Recycle' }),
    'spec.store.managed.volume.reclaimPolicy',
    'supported values: "Retain", "Delete", "Snapshot"',
  ],
  [
    'a database name with a space',
    { store: { managed: {}, database: 'a b' } },
    'spec.store.database',
    'letters, digits, _ and - only',
  ],
  [
    'a database of MongoDB’s own',
    { store: { managed: {}, database: 'local' } },
    'spec.store',
    'belong to MongoDB: choose another store.database',
  ],
  [
    'a collection that starts with a digit',
    { store: { managed: {}, collection: '1a' } },
    'spec.store.collection',
    'starts with a letter or _',
  ],
  [
    'a collection of MongoDB’s own',
    { store: { managed: {}, collection: 'system.users' } },
    'spec.store',
    'belong to MongoDB: choose another',
  ],
  [
    'events that vanish while they can still be redriven',
    { store: { managed: {}, ttlDays: 14 } },
    'spec',
    'store.ttlDays must be longer than queue.deadLetter.retentionSeconds',
  ],
  [
    'a life of more than ten years',
    { store: { managed: {}, ttlDays: 3651 } },
    'spec.store.ttlDays',
    'less than or equal to 3650',
  ],

  [
    'a VPC that is none',
    network({ vpcId: 'main' }),
    'spec.network.vpcId',
    'must be the id of a VPC, such as vpc-0123456789abcdef0',
  ],
  [
    'a VPC without subnets',
    { network: { vpcId: 'vpc-0123456789abcdef0' } },
    'spec.network.subnetIds',
    'Required value',
  ],
  ['no subnet', network({ subnetIds: [] }), 'spec.network.subnetIds', 'at least 1 items'],
  [
    'a subnet that is none',
    network({ subnetIds: ['a'] }),
    'spec.network.subnetIds[0]',
    'must be the id of a subnet, such as subnet-0123456789abcdef0',
  ],
  [
    'a subnet twice',
    network({ subnetIds: Array(2).fill('subnet-0123456789abcdef0') }),
    'spec.network.subnetIds[1]',
    'Duplicate value',
  ],
  [
    'a security group that is none',
    network({ securityGroupIds: ['default'] }),
    'spec.network.securityGroupIds[0]',
    'must be the id of a security group, such as sg-0123456789abcdef0',
  ],

  [
    'a topic that is none',
    { alarms: { snsTopicArns: ['alerts'] } },
    'spec.alarms.snsTopicArns[0]',
    'must be the ARN of an SNS topic, such as arn:aws:sns:',
  ],
  ['a switch that is text', { alarms: { enabled: 'yes' } }, 'spec.alarms.enabled', 'must be of type boolean'],
  [
    'more than the whole volume',
    { alarms: { thresholds: { volumeUsedPercent: 101 } } },
    'spec.alarms.thresholds.volumeUsedPercent',
    'less than or equal to 100',
  ],
  [
    'an age below a minute',
    { alarms: { thresholds: { oldestMessageSeconds: 5 } } },
    'spec.alarms.thresholds.oldestMessageSeconds',
    'greater than or equal to 60',
  ],
  [
    'a deletion policy that is none',
    { deletionPolicy: 'Orphan' },
    'spec.deletionPolicy',
    'supported values: "Delete", "Retain"',
  ],
  ['suspend as text', { suspend: 'true' }, 'spec.suspend', 'must be of type boolean'],
];

describe.concurrent('a wrong manifest is refused with one message that says what to change', () => {
  test.each(WRONG)('%s', async (_, spec, field, words) => {
    const answer = await tryOut(spec);
    expect(complaints(answer)).toEqual([expect.stringContaining(words)]);
    expect(complaints(answer)[0]?.startsWith(`${field}: `)).toBe(true);
  });

  test.each([
    ['a field of another product', { preQueue: { memorySize: 256 } }, 'spec.preQueue.memorySize'],
    ['a field in other letters', { postqueue: {} }, 'spec.postqueue'],
    ['a field at the wrong level', { secretRefs: [] }, 'spec.secretRefs'],
    [
      'what only the other function has',
      { postQueue: { provisionedConcurrency: 5 } },
      'spec.postQueue.provisionedConcurrency',
    ],
    [
      'a secret in the manifest',
      { store: { external: { uri: 'mongodb://u:p@h' } } },
      'spec.store.external.uri',
    ],
  ])('%s', async (_, spec, field) => {
    expect(complaints(await tryOut(spec))).toEqual([`unknown field "${field}"`]);
  });

  test.each(['a.b', 'a'.repeat(64)])('a name that is no path: %s', async (name) => {
    const answer = await tryOut({}, name);
    expect(complaints(answer)).toEqual([
      expect.stringMatching(/^spec\.endpoint\.path: .* rename it or set spec\.endpoint\.path$/),
    ]);
  });

  test('and every rule of the schema has its manifest here', () => {
    const messages = (value: unknown): string[] => {
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([name, inner]) =>
        name === 'x-kubernetes-validations'
          ? inner.map(({ message }: { message: string }) => message)
          : messages(inner),
      );
    };
    const tried = [...WRONG.map(([, , , words]) => words), ...REFUSED_CHANGES.map(([, , , words]) => words)];
    const untried = messages(parse(readFileSync(CRD, 'utf8'))).filter(
      (message) => !tried.some((words) => message.includes(words)),
    );
    expect(untried).toEqual([expect.stringContaining('rename it or set spec.endpoint.path')]);
  });

  test('but any name goes with a path of its own', async () => {
    expect(await tryOut({ endpoint: { path: 'a' } }, 'a.b')).toContain('created (server dry run)');
  });
});

describe('a right manifest', () => {
  test('may be empty', async () => {
    expect(await tryOut({})).toContain('created (server dry run)');
  });

  test.each([
    ['how long events stay', { ttlDays: 30 }],
    ['where in the database they are', { database: 'webhooks', collection: 'orders' }],
    ['nothing', {}],
  ])('may say of its store %s alone', async (_, store) => {
    expect(await tryOut({ store })).toContain('created (server dry run)');
  });

  test('may say everything, and is stored as it was given', async () => {
    const answer = await kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      pipeline('full', FULL_SPEC),
    );
    expect(JSON.parse(answer).spec).toEqual(FULL_SPEC);
  });

  test('gets from the server the operator’s defaults, but for a managed store that nobody named', async () => {
    const given: SpecInput[] = [{}, { store: {} }, ...fc.sample(specs, { numRuns: 40, seed: 20 })];
    const items = given.map((spec, index) => pipeline(`sample-${index}`, spec));
    const list = { apiVersion: 'v1', kind: 'List', items };
    const specOnly = 'jsonpath={.spec}{"\\n"}';
    const answer = await kubectl(['create', '--dry-run=server', '-o', specOnly, '-f', '-'], list);
    const stored = answer.split('\n').map((line) => JSON.parse(line));
    expect(stored).toEqual(given.map(storedSpec));
    expect(stored.map((spec) => webhookPipelineSpec.parse(spec))).toEqual(
      given.map((spec) => webhookPipelineSpec.parse(spec)),
    );
  });

  test.each(readdirSync('examples'))('is what examples/%s holds', async (file) => {
    const text = readFileSync(`examples/${file}`, 'utf8');
    const answer = await kubectl(['create', '--dry-run=server', '-f', `examples/${file}`]);
    expect(answer.split('\n')).toEqual(
      parseAllDocuments(text).map(() => expect.stringMatching(/ created \(server dry run\)$/)),
    );
  });

  test('loses what is null, as if it were not there', async () => {
    const spec = { region: null, store: null, preQueue: { memoryMiB: null, environment: { A: null } } };
    const answer = await kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      pipeline('nulls', spec),
    );
    expect(JSON.parse(answer).spec).toEqual(storedSpec({ preQueue: { environment: {} } }));
  });
});

/** Makes a pipeline, with the status that the operator would have written. */
async function make(name: string, spec: unknown, status?: object): Promise<void> {
  expect(await kubectl(['create', '-f', '-'], pipeline(name, spec))).toMatch(/created$/);
  if (status) expect(await patch(name, { status }, '--subresource=status')).toMatch(/patched$/);
}

const EXTERNAL = { external: { uriSecretRef: SECRET } };
/** What the API server fills in beside it. */
const STORED = { database: 'nami', collection: 'events' };
const REGION = 'region cannot be changed: make a new pipeline in the other region';
const PATH = 'endpoint.path cannot be changed, since senders hold the URL: make a new pipeline';
/** What is changed, in which pipeline, to what, and what the user is told about it. */
const REFUSED_CHANGES: readonly (readonly [string, string, object, string])[] = [
  ['of the region', 'settled', { region: 'us-east-1' }, REGION],
  ['that takes the region away', 'settled', { region: null }, REGION],
  ['of the path', 'settled', { endpoint: { path: 'other' } }, PATH],
  ['that takes the path away', 'settled', { endpoint: { path: null } }, PATH],
  ['that takes the endpoint away', 'settled', { endpoint: null }, PATH],
  [
    'to a region that is not the recorded one',
    'resolved',
    { region: 'us-east-1' },
    'already in the region that its status names',
  ],
  [
    'to a path that is not the recorded one',
    'resolved',
    { endpoint: { path: 'other' } },
    'senders hold the URL that its status names',
  ],
  [
    'that shrinks the volume',
    'grown',
    volume({ sizeGiB: 10 }),
    'sizeGiB cannot become smaller: EBS volumes only grow',
  ],
  [
    'that shrinks the volume to the default',
    'grown',
    volume({ sizeGiB: null }),
    'sizeGiB cannot become smaller',
  ],
  [
    'that takes a managed store away whose volume is larger than the default one',
    'grown',
    { store: { managed: null } },
    'sizeGiB cannot become smaller',
  ],
  [
    'that shrinks the volume of the default store',
    'settled',
    volume({ sizeGiB: 7 }),
    'sizeGiB cannot become smaller',
  ],
  ['that adds the other store', 'grown', { store: EXTERNAL }, 'set the other to null'],
];

describe('a change', () => {
  const recorded = { observedGeneration: 1, endpoint: { path: 'taken', region: 'eu-west-1' } };
  beforeAll(async () => {
    await make('settled', { region: 'eu-west-1', endpoint: { path: 'taken' } });
    await make('resolved', {}, recorded);
    await make('grown', volume({ sizeGiB: 20 }));
  });

  test.each(REFUSED_CHANGES)('%s is refused', async (_, name, spec, words) => {
    expect(complaints(await patch(name, { spec }))).toEqual([expect.stringContaining(words)]);
  });

  test.each([
    ['to the recorded region and path', 'resolved', { region: 'eu-west-1', endpoint: { path: 'taken' } }],
    ['that lets the volume grow', 'grown', volume({ sizeGiB: 30 })],
    ['of the store', 'grown', { store: { managed: null, ...EXTERNAL } }],
    ['of the default store', 'settled', { store: EXTERNAL }],
    ['that names the default store', 'settled', { store: { managed: { instanceType: 't3.small' } } }],
    ['of memory and suspension', 'settled', { preQueue: { memoryMiB: 512 }, suspend: true }],
  ])('%s is taken', async (_, name, spec) => {
    expect(await patch(name, { spec }, '--dry-run=server')).toMatch(/patched/);
  });

  test.each([
    ['the default store', {}],
    ['a managed one', { store: { managed: { instanceType: 't3.small' } } }],
  ])('from %s to an external one goes by any apply', async (what, before) => {
    for (const args of [['apply'], ['apply', '--server-side']]) {
      const name = [...what.split(' '), ...args].join('-').replaceAll('--', '');
      const applied = (spec: object) => kubectl([...args, '-f', '-'], pipeline(name, spec));
      await applied(before);
      expect(await applied({ store: EXTERNAL })).toMatch(/configured|serverside-applied/);
      expect((await read(name)).spec.store).toEqual({ ...EXTERNAL, ...STORED });
    }
  });

  test('of the status is taken where it is a time, and refused where it is none', async () => {
    const answersSince = (time: string) =>
      patch(
        'settled',
        { status: { store: { answersSince: time } } },
        '--subresource=status',
        '--dry-run=server',
      );
    expect(await answersSince('2026-01-01T00:00:00Z')).toMatch(/patched/);
    expect(complaints(await answersSince('yesterday'))).toEqual([
      expect.stringContaining('status.store.answersSince'),
    ]);
  });

  test('of the status leaves generation and spec alone, and one of the spec the status', async () => {
    await make('apart', {});
    const before = await read('apart');

    await patch(
      'apart',
      { spec: { suspend: true }, status: { observedGeneration: 9 } },
      '--subresource=status',
    );
    const told = await read('apart');
    await patch('apart', { spec: { suspend: true }, status: { observedGeneration: 5 } });
    const changed = await read('apart');

    expect(before).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: -1 } });
    expect(told.spec).toEqual(before.spec);
    expect(told).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: 9 } });
    expect(changed).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 9 } });
  });
});

describe('kubectl', () => {
  test('knows the short name and the category', async () => {
    const list = await kubectl(['api-resources', '--categories=nami', '--no-headers']);
    expect(list).toMatch(/^webhookpipelines +whp +nami\.dev\/v1alpha1 +true +WebhookPipeline$/);
  });

  test('shows a pipeline in one line, and more with -o wide', async () => {
    const condition = (type: string, status: string, reason: string) => ({
      type,
      status,
      reason,
      message: 'waits',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    await make(
      'shown',
      {},
      {
        observedGeneration: 1,
        conditions: [condition('Ready', 'True', 'Ready'), condition('Healthy', 'False', 'StoreUnreachable')],
        endpoint: { url: 'https://a/nami/shown', path: 'shown', region: 'eu-west-1' },
        queue: { depth: 3, deadLetters: 1 },
        store: {
          host: 'i-1',
          address: '10.0.0.1',
          snapshots: { count: 1, newest: { id: 'snap-1', at: '2026-01-01T00:00:00Z', state: 'completed' } },
        },
      },
    );
    const table = async (...args: string[]) =>
      (await kubectl(['get', ...args])).split('\n').map((line) => line.split(/ {2,}/));

    const [head, row] = await table('whp', 'shown');
    expect(head).toEqual(['NAME', 'READY', 'HEALTHY', 'REASON', 'ENDPOINT', 'DEPTH', 'DLQ', 'AGE']);
    expect(row?.slice(0, 7)).toEqual(['shown', 'True', 'False', 'Ready', 'https://a/nami/shown', '3', '1']);
    const [wideHead, wideRow] = await table('nami', '-o', 'wide', '--field-selector=metadata.name=shown');
    expect(wideHead?.slice(-4)).toEqual(['STORE', 'REGION', 'HOST', 'SNAPSHOT']);
    expect(wideRow?.slice(-4)).toEqual([
      '10.0.0.1',
      'eu-west-1',
      'i-1',
      expect.stringMatching(/^\d+[smhdy]/),
    ]);
  });

  test.each([
    ['webhookpipelines', 'A webhook receiver in AWS'],
    ['webhookpipelines.spec', 'What the webhook receiver should be like'],
    ['whp.spec.endpoint.path', 'It cannot be changed, since senders hold the URL'],
    ['whp.spec.source.secretRefs', 'Signing secrets, 1 to 3'],
    ['whp.spec.postQueue.concurrency', 'Batches worked on at the same time'],
    ['whp.spec.store.managed.volume.reclaimPolicy', 'What happens to the volume'],
    ['whp.status.conditions', 'GatewayReady, QueueReady, FunctionsReady and StoreReady'],
    ['whp.status.conditions', 'Suspended, which is only there while spec.suspend is true'],
    ['whp.status.store.answersSince', 'Since when the store has answered each time that it was asked'],
    ['whp.status.store.lastProbeTime', "only while it doesn't answer now, see answersSince"],
  ])('explains %s', async (field, words) => {
    expect((await kubectl(['explain', field])).replaceAll(/\s+/g, ' ')).toContain(words);
  });

  test('explains every field of the spec', async () => {
    const { spec } = parse(readFileSync(CRD, 'utf8')).spec.versions[0].schema.openAPIV3Schema.properties;
    const names = namesIn(spec);

    const listed = await kubectl(['explain', 'webhookpipelines.spec', '--recursive']);
    const tables = await Promise.all(
      parentsIn(spec, 'webhookpipelines.spec').map((path) => kubectl(['explain', path])),
    );

    expect([...listed.matchAll(/^ +(\w+)\t</gm)].map(([, name]) => name).sort()).toEqual(names);
    expect(tables.join('\n')).not.toContain('<no description>');
  });
});

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

const below = ({ properties, items }: Schema): [string, Schema][] =>
  Object.entries(properties ?? items?.properties ?? {});
const namesIn = (schema: Schema): string[] =>
  below(schema)
    .flatMap(([name, inner]) => [name, ...namesIn(inner)])
    .sort();
const parentsIn = (schema: Schema, path: string): string[] =>
  below(schema).length === 0
    ? []
    : [path, ...below(schema).flatMap(([name, inner]) => parentsIn(inner, `${path}.${name}`))];

describe('a pipeline that was stored before the rules became what they are', () => {
  const loosened = () => {
    const loose = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(loose);
      if (typeof value !== 'object' || value === null) return value;
      const kept = Object.entries(value).filter(
        ([name]) => !/^(x-kubernetes-validations|maximum|minimum|maxLength|maxItems|enum)$/.test(name),
      );
      return Object.fromEntries(kept.map(([name, inner]) => [name, loose(inner)]));
    };
    const crd = parse(readFileSync(CRD, 'utf8'));
    // The managed store was a default of the API server's once, so that it stands in pipelines that never named it.
    crd.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.store.default = DEFAULT_STORE;
    return loose(crd) as object;
  };
  const DEFAULT_STORE = webhookPipelineSpec.parse({}).store;
  /** The server takes up a changed definition in its own time. */
  const until = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 15_000 });
  const old = {
    ...github({ name: 'My_Secret', key: 'k' }),
    preQueue: { memoryMiB: 64 },
    postQueue: { batchSize: 50 },
    store: { managed: { instanceType: 'micro' } },
  };

  const APPLIED: readonly (readonly [string, readonly string[]])[] = [
    ['applied', ['apply']],
    ['applied-by-the-server', ['apply', '--server-side']],
  ];

  beforeAll(async () => {
    await kubectl(['replace', '-f', '-'], loosened());
    await until(async () => expect(await tryOut(old)).toContain('created'));
    await make('old', old);
    for (const [name, args] of APPLIED) await kubectl([...args, '-f', '-'], pipeline(name, {}));
    await kubectl(['replace', '-f', CRD]);
    await until(async () => expect(await tryOut(old)).toContain('is invalid'));
  });

  test('still takes its status, its finalizer and its annotations', async () => {
    const finalizers = ['nami.dev/pipeline'];
    const annotations = { 'nami.dev/reconcile-requested-at': 'now' };
    expect(await patch('old', { status: { observedGeneration: 1 } }, '--subresource=status')).toContain(
      'old patched',
    );
    expect(await patch('old', { metadata: { finalizers, annotations } })).toContain('old patched');
    expect(await patch('old', { metadata: { finalizers: null } })).toContain('old patched');
  });

  test('takes changes elsewhere in its spec, and no new wrong value', async () => {
    expect(await patch('old', { spec: { suspend: true } })).toContain('old patched');
    expect(complaints(await patch('old', { spec: { preQueue: { memoryMiB: 65 } } }))).toEqual([
      expect.stringContaining('greater than or equal to 128'),
    ]);
  });

  test.each(APPLIED)(
    'keeps a store that it never named, until that is taken out by name: %s',
    async (name, args) => {
      const applied = (spec: object) => kubectl([...args, '-f', '-'], pipeline(name, spec));
      expect((await read(name)).spec.store).toEqual(DEFAULT_STORE);
      await applied({ suspend: true });
      expect((await read(name)).spec).toMatchObject({ suspend: true, store: DEFAULT_STORE });

      expect(await applied({ store: EXTERNAL })).toContain(
        'to change over, set the other to null (by server-side apply: apply it by name',
      );
      await applied({ store: { managed: {} } });
      await applied({ store: name === 'applied' ? { managed: null, ...EXTERNAL } : EXTERNAL });
      expect((await read(name)).spec.store).toEqual({ ...EXTERNAL, ...STORED });
    },
  );

  test('can be deleted', async () => {
    expect(await kubectl(['delete', 'whp', 'old'])).toContain('deleted');
  });
});
