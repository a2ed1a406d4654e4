import { rootCertificates } from 'node:tls';
import { strFromU8, unzipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { POST_QUEUE_ENV } from '../../../../handlers/contract.ts';
import { type WebhookPipeline, webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { codeLibrary } from '../../../../src/code.ts';
import type { Context } from '../../../../src/controller/context.ts';
import { gather } from '../../../../src/controller/input/gather.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { pipelineOwner } from '../../../../src/plan/identity.ts';
import { plan } from '../../../../src/plan/plan.ts';
import type { SpecInput } from '../../api/specs.ts';
import { scripted } from '../../aws/kinds/scripted-account.ts';
import { desiredOf } from '../../plan/inputs.ts';
import { CONFIG, pipeline } from '../pipelines.ts';

const [CA = ''] = rootCertificates;
const MODULE = 'export const process = () => {};';

function gathering(spec: SpecInput, more: Partial<Pick<WebhookPipeline, 'status' | 'metadata'>> = {}) {
  const resources: Record<string, object> = {
    modules: { data: { 'a.mjs': MODULE, level: 'debug' } },
    authorities: { data: { 'ca.pem': CA } },
    atlas: { data: { uri: Buffer.from('mongodb://u:p@h/').toString('base64') } },
  };
  const get = vi.fn(async (_: unknown, { name }: { name: string }) => resources[name]);
  const library = codeLibrary({
    'pre-queue': Buffer.from('1'),
    'pre-queue-certified': Buffer.from('1, certified'),
    'post-queue': Buffer.from('2'),
  });
  const identity = { cluster: 'c', namespace: 'shop', name: 'orders', uid: 'u', namespaceUid: 'n' };
  const subject = { ...pipeline('orders', { spec }), ...more };
  const pipelines = { list: () => [subject] };
  const gathered = gather(
    { config: CONFIG, client: { get }, code: library, pipelines, hostTurns: new Map() } as unknown as Context,
    {
      pipeline: subject,
      spec: webhookPipelineSpec.parse(spec),
      account: scripted({}).account,
      owner: pipelineOwner(identity, '/nami/'),
      memory: newMemory('u'),
    },
  );
  return { gathered, get };
}

test('nothing is read or planned past the operator’s settings, whoever asks for the plan', async () => {
  const { gathered, get } = gathering({ postQueue: { code: { s3: { bucket: 'private', key: 'a.mjs' } } } });
  await expect(gathered).rejects.toMatchObject({ reason: 'NotAllowed' });
  expect(get).not.toHaveBeenCalled();
});

test('a plan’s functions come with their code, the words for it and their environment', async () => {
  const { gathered, get } = gathering({
    postQueue: {
      code: { configMapRef: { name: 'modules', key: 'a.mjs' } },
      environmentFrom: [{ name: 'LEVEL', configMapKeyRef: { name: 'modules', key: 'level' } }],
    },
    // With it there is no network to look for.
    store: { external: { uriSecretRef: { name: 'atlas', key: 'uri' } } },
  });
  const { input, code } = await gathered;
  const { preQueue, postQueue } = input.functions;
  expect(preQueue).toEqual({ codeSha256: expect.any(String), environment: {} });
  expect(postQueue).toEqual({
    codeSha256: expect.any(String),
    ownCode: 'key "a.mjs" of ConfigMap "modules" (spec.postQueue.code)',
    environment: { LEVEL: 'debug' },
  });
  const zip = await code.get(postQueue.codeSha256)?.zip();
  expect(strFromU8(unzipSync(zip ?? new Uint8Array())['code.mjs'] ?? new Uint8Array())).toBe(MODULE);
  expect(code.get(preQueue.codeSha256)).toBeDefined();
  expect(get).toHaveBeenCalledTimes(2);
});

test('certificates for the store go with the code of the function after the queue, and with no other', async () => {
  const external = { uriSecretRef: { name: 'atlas', key: 'uri' } };
  const plain = await gathering({ store: { external } }).gathered;
  const caConfigMapRef = { name: 'authorities', key: 'ca.pem' };
  const { input, code } = await gathering({ store: { external: { ...external, caConfigMapRef } } }).gathered;
  const zip = await code.get(input.functions.postQueue.codeSha256)?.zip();
  expect(strFromU8(unzipSync(zip ?? new Uint8Array())['store-ca.pem'] ?? new Uint8Array())).toBe(`${CA}\n`);
  expect(input.functions.postQueue.codeSha256).not.toBe(plain.input.functions.postQueue.codeSha256);
  expect(input.functions.preQueue).toEqual(plain.input.functions.preQueue);
  const environmentOf = (made: typeof input) =>
    desiredOf(plan(made, 'region'), 'Function', 'post-queue').environment;
  expect(environmentOf(input)).toMatchObject({ [POST_QUEUE_ENV.storeCa]: 'store-ca.pem' });
  expect(environmentOf(plain.input)).not.toHaveProperty(POST_QUEUE_ENV.storeCa);
});

test('a plan knows which volume and host the status knew', async () => {
  const store = { volumeId: 'vol-1', host: 'i-1' };
  const { input } = await gathering(
    { store: { external: { uriSecretRef: { name: 'atlas', key: 'uri' } } } },
    { status: { observedGeneration: 1, store } },
  ).gathered;
  expect(input.known).toEqual({ volumeId: 'vol-1', hostId: 'i-1' });
  expect(input).not.toHaveProperty('givenUpVolumeId');
});

test('a plan replaces the host that its user names', async () => {
  const status = { observedGeneration: 1, store: { host: 'i-1' } };
  const { metadata } = pipeline('orders', { metadata: { annotations: { 'nami.dev/replace-host': 'i-1' } } });
  const external = { store: { external: { uriSecretRef: { name: 'atlas', key: 'uri' } } } };
  expect((await gathering(external, { status, metadata }).gathered).input.replaceHostId).toBe('i-1');
  expect((await gathering(external, { status }).gathered).input).not.toHaveProperty('replaceHostId');
});

test('a source that asks its sender for certificates gets the bundle that can', async () => {
  const bundleOf = async (source: SpecInput['source']) => {
    const { gathered } = gathering({
      source,
      store: { external: { uriSecretRef: { name: 'atlas', key: 'uri' } } },
    });
    const { code, input } = await gathered;
    const zip = await code.get(input.functions.preQueue.codeSha256)?.zip();
    return strFromU8(unzipSync(zip ?? new Uint8Array())['index.mjs'] ?? new Uint8Array());
  };
  const sns = { topicArns: ['arn:aws:sns:eu-central-1:111122223333:orders'] };
  expect(await bundleOf({ type: 'SNS', sns })).toBe('1, certified');
  expect(await bundleOf({ type: 'None' })).toBe('1');
});
