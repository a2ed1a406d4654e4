import { readFileSync } from 'node:fs';
import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { sendBurst } from '../../local/burst.ts';
import { type EmulatorClients, emulatorClients } from '../../local/emulator-clients.ts';
import type { EventStore } from '../../local/event-store.ts';
import { type Delivery, documentId, githubDeliveries } from '../../local/github-deliveries.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { conditionOf, eventually, GITHUB, objectId } from '../user.ts';
import { System } from './system.ts';

let system: System;
let aws: EmulatorClients;

const BUCKET = 'modules';

beforeAll(async () => {
  system = await System.start('own-code', { NAMI_LOOK_SECONDS: '1', NAMI_ALLOWED_CODE_BUCKETS: BUCKET });
  aws = emulatorClients(system.stack.emulators, 'us-east-1');
});
afterAll(async () => await system?.stop());

const urlOf = ({ status }: WebhookPipeline): string => status?.endpoint?.url ?? '';
const functionsMessage = (pipeline: WebhookPipeline) =>
  conditionOf(pipeline, 'FunctionsReady')?.message ?? '';

async function configMap(namespace: string, name: string, data: Record<string, string>): Promise<void> {
  await system.applyManifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });
}

const from = (name: string) => ({ code: { configMapRef: { name, key: 'code.mjs' } } });
const putModule = (namespace: string, name: string, text: string) =>
  configMap(namespace, name, { 'code.mjs': text });

const remove = async (namespace: string) =>
  await system.kubectl('-n', namespace, 'delete', 'whp', '--all', '--timeout=90s');

describe('own code after the queue', () => {
  const [deliveries, poison]: [Delivery[], Delivery[]] = [[], []];
  let pipeline: WebhookPipeline;
  let store: EventStore;
  let secret: string;
  const namespace = 'process';

  // Each event of the kind "ping" is refused, all others are noted.
  const moduleThat = (notes: string) => `
    export async function process({ _id, type, body }, { database, attempt }) {
      if (type === 'ping') throw new Error('no pings here');
      await database.collection('notes').insertOne({ event: _id, attempt, bytes: body.length, note: ${notes} });
    }`;

  beforeAll(async () => {
    ({ secret } = await system.namespace(namespace));
    await putModule(namespace, 'noting', moduleThat('globalThis.process.env.NOTE'));
    await configMap(namespace, 'settings', { note: 'of the first version' });
    await system.apply(namespace, namespace, {
      ...GITHUB,
      queue: { maxReceiveCount: 2, visibilityTimeoutSeconds: 5 },
      postQueue: {
        ...from('noting'),
        timeoutSeconds: 5,
        environmentFrom: [{ name: 'NOTE', configMapKeyRef: { name: 'settings', key: 'note' } }],
      },
    });
    pipeline = await system.waitReady(namespace, namespace);
    store = await system.openStore(pipeline);
    const all = githubDeliveries(secret);
    poison.push(...all.filter(({ event }) => event === 'ping').slice(0, 1));
    deliveries.push(...all.filter(({ event }) => event !== 'ping').slice(0, 30));
  });
  afterAll(async () => {
    await store?.close();
    await system.kubectl('-n', namespace, 'annotate', 'whp', '--all', 'nami.dev/discard-events=true');
    await remove(namespace);
  });

  const notes = () => store.events.db.collection('notes').find({}).toArray();

  test('runs once for each event, and fails alone for the one that it can’t work on', async () => {
    expect(poison).toHaveLength(1);
    // Twice what is good, so that a finished one comes again.
    const sent = [...deliveries.slice(0, 15), ...poison, ...deliveries.slice(15), ...deliveries.slice(0, 10)];
    const answers = await sendBurst(urlOf(pipeline), sent, 4);
    expect(answers.every(({ status }) => status === 200)).toBe(true);

    const failing = await system.waitFor(namespace, namespace, 'Healthy', 'False', 'DeadLetters');
    expect(failing.status?.queue).toEqual({ depth: 0, deadLetters: 1 });
    const noted = await notes();
    expect(noted.map(({ event }) => event).sort()).toEqual(deliveries.map(documentId).sort());
    expect(noted.every(({ attempt, note }) => attempt === 1 && note === 'of the first version')).toBe(true);
    expect(await store.events.countDocuments({ 'processing.finishedAt': { $exists: true } })).toBe(30);
    expect(await store.events.find({ 'processing.finishedAt': { $exists: false } }).toArray()).toMatchObject([
      {
        _id: poison.map(documentId)[0],
        processing: { attempts: 2, error: 'Error: no pings here', failedAt: expect.any(Date) },
      },
    ]);
  });

  // What else can be wrong with one is in the unit tests.
  const badModules = [
    [
      'has a syntax error',
      'export const process = (event) => {\n  if (event.\n};',
      /SyntaxError: Unexpected token '}' \(node --check/,
    ],
    ['lacks the export', 'export const handler = () => {};', /exports handler: it may export process/],
    ['ends the process', 'process.exit(3);', /the function doesn't start with it/],
    [
      'never has done loading',
      'await new Promise((done) => setTimeout(done, 60_000));',
      /no answer within 8 s/,
    ],
  ] as const;

  test.each(badModules)('that %s takes no traffic, and says why', async (_, text, message) => {
    await putModule(namespace, 'noting', text);
    const refused = await eventually('it is refused', async () => {
      const seen = await system.get(namespace, namespace);
      return message.test(functionsMessage(seen)) && seen;
    });
    expect(conditionOf(refused, 'FunctionsReady')).toMatchObject({ status: 'False', reason: 'CodeInvalid' });
    expect(functionsMessage(refused)).toContain('key "code.mjs" of ConfigMap "noting" (spec.postQueue.code)');
    expect(conditionOf(refused, 'QueueReady')?.status).toBe('True');
  });

  test('works on as the running version while the new one is refused, until that is mended', async () => {
    const before = (await notes()).length;
    const further = githubDeliveries(secret).slice(100, 105);
    await sendBurst(urlOf(pipeline), further, 2);
    await eventually('they are noted', async () => (await notes()).length === before + 5);

    await putModule(namespace, 'noting', moduleThat("'of the second version'"));
    await system.waitReady(namespace, namespace);
    await sendBurst(urlOf(pipeline), githubDeliveries(secret).slice(110, 111), 1);
    const last = await eventually('it is noted by the new version', async () =>
      (await notes()).find(({ note }) => note === 'of the second version'),
    );
    expect(last).toMatchObject({ attempt: 1 });
  });

  const becomes = async (state: 'Enabled' | 'Disabled') => {
    const UUID = objectId(pipeline, 'EventSourceMapping', 'mapping');
    await eventually(`the queue is ${state}`, async () => {
      return (await aws.lambda.send(new GetEventSourceMappingCommand({ UUID }))).State === state;
    });
  };

  test('that can’t be found leaves the queue to follow the store, after a crash of the operator too', async () => {
    const host = pipeline.status?.store?.host ?? '';
    await system.kubectl('-n', namespace, 'delete', 'configmap', 'noting');
    await system.waitFor(namespace, namespace, 'Ready', 'False', 'ConfigMapInvalid');
    await becomes('Enabled');
    await system.stack.hosts.kill(host);
    await becomes('Disabled');
    await system.crashOperator();
    system.stack.hosts.revive(host);
    await becomes('Enabled');
    await putModule(namespace, 'noting', moduleThat("'of the third version'"));
    await system.waitReady(namespace, namespace);
  });

  test('a function that can’t be made as it is wanted leaves the queue to follow the store too', async () => {
    const host = pipeline.status?.store?.host ?? '';
    const large = Object.fromEntries(['B1', 'B2', 'B3', 'B4'].map((name) => [name, 'x'.repeat(1024)]));
    const environment = (variables: object | null) =>
      system.kubectl(
        ...['-n', namespace, 'patch', 'whp', namespace, '--type=merge', '-p'],
        JSON.stringify({ spec: { postQueue: { environment: variables } } }),
      );
    await environment(large);
    await system.waitFor(namespace, namespace, 'FunctionsReady', 'False', 'EnvironmentTooLarge');
    await system.stack.hosts.kill(host);
    await becomes('Disabled');
    await system.waitFor(namespace, namespace, 'Healthy', 'False', 'StoreUnreachable');
    system.stack.hosts.revive(host);
    await becomes('Enabled');
    await environment(null);
    await system.waitReady(namespace, namespace);
  });
});

describe('own code before the queue', () => {
  const namespace = 'authorize';
  afterAll(() => remove(namespace));

  test('decides who is let in, answers in its own words, and never lets in by failing', async () => {
    await system.kubectl('create', 'namespace', namespace);
    await putModule(
      namespace,
      'tenants',
      `export const authorize = ({ headers }, { source, signal }) => {
         const tenant = headers['x-tenant']?.[0];
         if (tenant === 'broken') throw new Error('tenant broken');
         if (tenant === 'vague') return 'yes';
         return source === 'None' && !signal.aborted && tenant === globalThis.process.env.TENANT;
       };
       export const respond = ({ method, query, body }) => {
         if (method === 'GET') return { contentType: 'text/plain', body: query.challenge?.[0] ?? '' };
         if (String(body) === 'just asking') return { statusCode: 204, body: '', enqueue: false };
         return { statusCode: 202, body: '{"bytes":' + body.length + '}' };
       };`,
    );
    await system.kubectl(
      ...['-n', namespace, 'create', 'secret', 'generic', 'tenant', '--from-literal=name=t-1'],
    );
    await system.apply(namespace, namespace, {
      preQueue: {
        ...from('tenants'),
        environmentFrom: [{ name: 'TENANT', secretKeyRef: { name: 'tenant', key: 'name' } }],
      },
    });
    const pipeline = await system.waitReady(namespace, namespace);
    const url = urlOf(pipeline);
    const post = async (tenant: string, body = 'an event') => {
      const response = await fetch(url, { method: 'POST', headers: { 'x-tenant': tenant }, body });
      return [response.status, await response.text()];
    };

    expect(await post('t-1')).toEqual([202, '{"bytes":8}']);
    expect(await post('t-2')).toEqual([401, '{"error":"rejected"}']);
    expect(await post('broken')).toEqual([503, '{"error":"unavailable"}']);
    expect(await post('vague')).toEqual([503, '{"error":"unavailable"}']);
    expect(await post('t-1', 'just asking')).toEqual([204, '']);
    const question = await fetch(`${url}?challenge=abc`);
    expect([question.status, await question.text()]).toEqual([200, 'abc']);
    expect(question.headers.get('content-type')).toBe('text/plain');

    const store = await system.openStore(pipeline);
    const events = await eventually('the event is stored', async () => {
      const found = await store.events.find({}).toArray();
      return found.length > 0 && found;
    });
    expect(events.map(({ body }) => body.toString())).toEqual(['an event']);
    await store.close();

    // A change of the Secret is a change of the function.
    await system.kubectl('-n', namespace, 'patch', 'secret', 'tenant', '-p', '{"stringData":{"name":"t-2"}}');
    await eventually('the other tenant is let in', async () => (await post('t-2'))[0] === 202);
    expect((await post('t-1'))[0]).toBe(401);
  });

  test('and after it: what it refers to is named when it is not there', async () => {
    await system.apply(namespace, 'missing', {
      preQueue: { environmentFrom: [{ name: 'AB', configMapKeyRef: { name: 'nowhere', key: 'a' } }] },
    });
    const missing = await system.waitFor(namespace, 'missing', 'Ready', 'False', 'ConfigMapInvalid');
    expect(conditionOf(missing, 'Ready')?.message).toBe(
      `ConfigMap "nowhere" (spec.preQueue.environmentFrom) is not in namespace "${namespace}": create it with key "a"`,
    );
    await configMap(namespace, 'nowhere', { a: '1' });
    await system.apply(namespace, 'missing', { postQueue: from('nowhere') });
    const lacking = await system.waitFor(namespace, 'missing', 'Ready', 'False', 'ConfigMapInvalid');
    expect(conditionOf(lacking, 'Ready')?.message).toContain('has no key "code.mjs" (spec.postQueue.code)');
  });
});

describe('own code in S3', () => {
  const namespace = 'bucket';
  const upload = async (text: string) =>
    await aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a/respond.mjs', Body: text }));
  const answering = (body: string) => `export const respond = () => ({ body: '${body}' });`;
  const inS3 = (more: object = {}) => ({
    preQueue: { code: { s3: { bucket: BUCKET, key: 'a/respond.mjs', ...more } } },
    store: { managed: { volume: { reclaimPolicy: 'Delete' } } },
  });
  const answered = async (url: string) => await (await fetch(url, { method: 'POST', body: 'x' })).text();

  afterAll(() => remove(namespace));

  test('is followed as it changes, stays with a version that is named, and must be in a bucket that is allowed', async () => {
    await system.kubectl('create', 'namespace', namespace);
    await system.apply(namespace, namespace, inS3({ bucket: 'private' }));
    const refused = await system.waitFor(namespace, namespace, 'Ready', 'False', 'NotAllowed');
    expect(conditionOf(refused, 'Ready')?.message).toContain(
      'code from s3://private/a/respond.mjs: use modules, or have operator.allowed.codeBuckets (NAMI_ALLOWED_CODE_BUCKETS) changed',
    );

    await aws.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await aws.s3.send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await system.apply(namespace, namespace, inS3());
    const missing = await system.waitFor(namespace, namespace, 'Ready', 'False', 'S3ObjectInvalid');
    expect(conditionOf(missing, 'Ready')?.message).toBe('s3://modules/a/respond.mjs is not there: upload it');

    const { VersionId: first } = await upload(answering('one'));
    const url = urlOf(await system.waitReady(namespace, namespace));
    expect(await answered(url)).toBe('one');
    await upload(answering('two'));
    await eventually('the new object answers', async () => (await answered(url)) === 'two');

    await system.apply(namespace, namespace, inS3({ version: first }));
    await eventually('the first version answers again', async () => (await answered(url)) === 'one');
  });
});

test('the example works on GitHub’s deliveries as it says', async () => {
  const { namespace, secret } = await system.namespace('example');
  await system.kubectl(
    ...['-n', namespace, 'create', 'secret', 'generic', 'github-webhook', `--from-literal=secret=${secret}`],
  );
  for (const document of parseAllDocuments(readFileSync('examples/own-code.yaml', 'utf8'))) {
    const manifest = document.toJS();
    // The owner that GitHub's example payloads are of, mostly.
    if (manifest.kind === 'ConfigMap') manifest.data.owners = 'Codertocat';
    await system.applyManifest({ ...manifest, metadata: { ...manifest.metadata, namespace } });
  }
  const pipeline = await system.waitReady(namespace, 'github-issues');
  const deliveries = githubDeliveries(secret);
  const answers = await sendBurst(urlOf(pipeline), deliveries, 4);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  const accepted = answers.filter(({ status }) => status === 200).map(({ delivery }) => delivery);

  const store = await system.openStore(pipeline);
  await eventually('all are worked on', async () => {
    const finished = await store.events.countDocuments({ 'processing.finishedAt': { $exists: true } });
    return finished === accepted.length;
  });
  const issueOf = ({ body }: Delivery) => JSON.parse(body.toString()).issue.id;
  const told = accepted.filter(({ event }) => event === 'issues').map(issueOf);
  const issues = await store.events.db.collection<{ _id: number }>('issues').find({}).toArray();
  expect(issues.map(({ _id }) => _id).sort()).toEqual([...new Set(told)].sort());
  expect(issues.length).toBeGreaterThan(0);
  await store.close();
  await remove(namespace);
});
