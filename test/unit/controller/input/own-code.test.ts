import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { readEnvironment } from '../../../../src/controller/input/environment.ts';
import { type KeyReader, readingOnce, readKey } from '../../../../src/controller/input/key-ref.ts';
import { type CodeRef, findOwnCode, type KnownObject } from '../../../../src/controller/input/own-code.ts';
import { KubernetesApiError } from '../../../../src/kubernetes/errors.ts';
import { pathOf, type ResourceType } from '../../../../src/kubernetes/resource.ts';
import { refuse, type ScriptedAccount, scripted } from '../../aws/kinds/scripted-account.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const sum = (text: string) => createHash('sha256').update(text).digest('hex');

/** A cluster with these resources, by the ends of their paths. */
function cluster(resources: Record<string, object>): KeyReader {
  const get = async (type: ResourceType<never>, ref: { namespace?: string; name: string }) => {
    const found = resources[pathOf(type, ref).replace('/api/v1/namespaces/shop/', '')];
    if (!found) throw new KubernetesApiError({ status: 404, reason: '', message: 'no' });
    return found;
  };
  return { get } as unknown as KeyReader;
}

const MODULE = 'export const process = () => {};';
const find = (
  client: KeyReader,
  { account }: ScriptedAccount,
  code: CodeRef,
  known = new Map<string, KnownObject>(),
) => findOwnCode({ client, account }, 'shop', code, 'spec.postQueue.code', known);

describe('own code in a ConfigMap', () => {
  const code = { configMapRef: { name: 'modules', key: 'process.mjs' } };
  const none = scripted({});

  test.each([
    ['text', { data: { 'process.mjs': MODULE } }],
    ['binary data', { binaryData: { 'process.mjs': base64(MODULE) } }],
  ])('is found as %s', async (_, configMap) => {
    const found = await find(cluster({ 'configmaps/modules': configMap }), none, code);
    expect(found.sha256).toBe(sum(MODULE));
    expect(Buffer.from(await found.read()).toString()).toBe(MODULE);
  });

  test.each<[string, Record<string, object>, string, string]>([
    [
      'is not there',
      {},
      'ConfigMapInvalid',
      'ConfigMap "modules" (spec.postQueue.code) is not in namespace "shop": create it with key "process.mjs"',
    ],
    [
      'lacks the key',
      { 'configmaps/modules': { data: { a: '' }, binaryData: { b: '' } } },
      'ConfigMapInvalid',
      'ConfigMap "modules" has no key "process.mjs" (spec.postQueue.code); it has "a", "b"',
    ],
    [
      'is no text',
      { 'configmaps/modules': { binaryData: { 'process.mjs': base64(Uint8Array.of(0xff)) } } },
      'ConfigMapInvalid',
      'key "process.mjs" of ConfigMap "modules" is not text in UTF-8',
    ],
    [
      'is empty',
      { 'configmaps/modules': { data: { 'process.mjs': '' } } },
      'CodeInvalid',
      'key "process.mjs" of ConfigMap "modules" is empty: put the module into it',
    ],
  ])('is named when it %s', async (_, resources, reason, message) => {
    await expect(find(cluster(resources), none, code)).rejects.toMatchObject({
      name: 'TerminalError',
      reason,
      message,
    });
  });
});

describe('own code in S3', () => {
  const nowhere = cluster({});
  const latest = { s3: { bucket: 'modules', key: 'a/process.mjs' } };
  const pinned = { s3: { ...latest.s3, version: 'v1' } };

  /** A bucket with one object, which changes with its ETag. */
  function bucket(object: { text: string; etag: string }) {
    return scripted({
      GetObject: ({ IfNoneMatch }) => {
        if (IfNoneMatch === object.etag) {
          throw Object.assign(new Error('304'), { name: '304', $metadata: { httpStatusCode: 304 } });
        }
        const bytes = Buffer.from(object.text);
        return {
          ETag: object.etag,
          ContentLength: bytes.length,
          Body: { transformToByteArray: async () => bytes },
        };
      },
    });
  }

  test('is asked for the latest, and read again only when it has changed', async () => {
    const object = { text: 'one', etag: '"1"' };
    const aws = bucket(object);
    const known = new Map<string, KnownObject>();
    expect((await find(nowhere, aws, latest, known)).sha256).toBe(sum('one'));
    const same = await find(nowhere, aws, latest, known);
    expect(same.sha256).toBe(sum('one'));
    expect(Buffer.from(await same.read()).toString()).toBe('one');
    Object.assign(object, { text: 'two', etag: '"2"' });
    expect((await find(nowhere, aws, latest, known)).sha256).toBe(sum('two'));
    expect(aws.inputs('GetObject').map(({ IfNoneMatch }) => IfNoneMatch)).toEqual([
      undefined,
      '"1"',
      undefined,
      '"1"',
    ]);
    expect(aws.inputs('GetObject')[0]).toMatchObject({ Bucket: 'modules', Key: 'a/process.mjs' });
  });

  test('in a version that is known is not asked for again, until another is named', async () => {
    const aws = bucket({ text: 'one', etag: '"1"' });
    const known = new Map<string, KnownObject>();
    await find(nowhere, aws, pinned, known);
    expect((await find(nowhere, aws, pinned, known)).sha256).toBe(sum('one'));
    expect(aws.inputs('GetObject')).toMatchObject([{ VersionId: 'v1' }]);
    await find(nowhere, aws, { s3: { ...pinned.s3, version: 'v2' } }, known);
    expect(aws.inputs('GetObject')[1]).toMatchObject({ VersionId: 'v2', IfNoneMatch: undefined });
  });

  test.each(['NoSuchKey', 'NoSuchBucket', 'NoSuchVersion'])(
    'is named when there is none: %s',
    async (name) => {
      const aws = scripted({ GetObject: () => refuse(name) });
      await expect(find(nowhere, aws, pinned)).rejects.toMatchObject({
        reason: 'S3ObjectInvalid',
        message: 's3://modules/a/process.mjs is not there in version v1: upload it',
      });
    },
  );

  test('is not even read when it is too large', async () => {
    const cancel = vi.fn();
    const Body = { transformToWebStream: () => new ReadableStream({ cancel }) };
    const aws = scripted({ GetObject: () => ({ ContentLength: 4 * 1024 * 1024 + 1, Body }) });
    await expect(find(nowhere, aws, latest)).rejects.toMatchObject({
      reason: 'S3ObjectInvalid',
      message: 's3://modules/a/process.mjs has 4194305 bytes, and may have 4194304: make it smaller',
    });
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('that AWS keeps from the operator is AWS’s error', async () => {
    const aws = scripted({ GetObject: () => refuse('AccessDenied') });
    await expect(find(nowhere, aws, latest)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

test('an environment is of literals, Secrets and ConfigMaps, whatever is in them', async () => {
  const client = cluster({
    'secrets/crm': { data: { token: base64(' with blanks \n') } },
    'configmaps/shop': { data: { currency: '' }, binaryData: { name: base64('Übersee') } },
  });
  const spec = webhookPipelineSpec.parse({
    postQueue: {
      environment: { LEVEL: 'debug' },
      environmentFrom: [
        { name: 'TOKEN', secretKeyRef: { name: 'crm', key: 'token' } },
        { name: 'CURRENCY', configMapKeyRef: { name: 'shop', key: 'currency' } },
        { name: 'NAME', configMapKeyRef: { name: 'shop', key: 'name' } },
      ],
    },
  });
  expect(await readEnvironment(client, 'shop', spec, 'preQueue')).toEqual({});
  expect(await readEnvironment(client, 'shop', spec, 'postQueue')).toEqual({
    LEVEL: 'debug',
    TOKEN: ' with blanks \n',
    CURRENCY: '',
    NAME: 'Übersee',
  });
});

test('a key that is called like what every object has is not there, unless it is', async () => {
  const ask = (data: object) =>
    find(cluster({ 'configmaps/modules': { data } }), scripted({}), {
      configMapRef: { name: 'modules', key: 'constructor' },
    });
  await expect(ask({})).rejects.toMatchObject({ message: expect.stringContaining('it has none at all') });
  expect((await ask({ constructor: MODULE })).sha256).toBe(sum(MODULE));
});

test('a resource with many keys is read once for all of them, also when it is not there', async () => {
  const paths: string[] = [];
  const { get } = cluster({ 'configmaps/shop': { data: { a: '1', b: '2' } } });
  const counted = {
    get: (type: ResourceType<never>, ref: { name: string }) => {
      paths.push(pathOf(type, ref));
      return get(type, ref);
    },
  } as unknown as KeyReader;
  const client = readingOnce(counted);
  const ref = (name: string, key: string) => ({ kind: 'ConfigMap', name, key }) as const;
  expect(await readKey(client, 'shop', ref('shop', 'a'), 'f')).toBe('1');
  expect(await readKey(client, 'shop', ref('shop', 'b'), 'f')).toBe('2');
  for (const key of ['a', 'b']) {
    await expect(readKey(client, 'shop', ref('none', key), 'f')).rejects.toMatchObject({
      reason: 'ConfigMapInvalid',
    });
  }
  expect(paths).toHaveLength(2);
});
