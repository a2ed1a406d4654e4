import { describe, expect, test } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { readSecrets } from '../../../../src/controller/input/secrets.ts';
import type { KubernetesClient } from '../../../../src/kubernetes/client.ts';
import { KubernetesApiError } from '../../../../src/kubernetes/errors.ts';
import { pathOf, type ResourceType } from '../../../../src/kubernetes/resource.ts';

const encode = (value: string | Uint8Array) => Buffer.from(value).toString('base64');

/** A cluster with these Secrets, by their paths. */
function cluster(secrets: Record<string, Record<string, string>>, status = 404) {
  const asked: string[] = [];
  const get = async (type: ResourceType<never>, ref: { namespace?: string; name: string }) => {
    const path = pathOf(type, ref);
    asked.push(path);
    const data = secrets[ref.name];
    if (!data) throw new KubernetesApiError({ status, reason: '', message: 'no' });
    return { data };
  };
  return { client: { get } as unknown as Pick<KubernetesClient, 'get'>, asked };
}

const signed = (...secretRefs: { name: string; key: string }[]) =>
  webhookPipelineSpec.parse({ source: { type: 'GitHub', secretRefs } });
const EXTERNAL = webhookPipelineSpec.parse({
  store: { external: { uriSecretRef: { name: 'atlas', key: 'uri' } } },
});

describe('the Secrets of a pipeline', () => {
  test('are read by name, in its own namespace, in their order', async () => {
    const { client, asked } = cluster({ new: { k: encode('two') }, old: { k: encode('one') } });
    const spec = signed({ name: 'new', key: 'k' }, { name: 'old', key: 'k' });
    expect(await readSecrets(client, 'shop', spec)).toEqual({
      signing: [
        { value: 'two', from: 'key "k" of Secret "new"' },
        { value: 'one', from: 'key "k" of Secret "old"' },
      ],
    });
    expect(asked).toEqual(['new', 'old'].map((name) => `/api/v1/namespaces/shop/secrets/${name}`));
  });

  test('are not read when none is named', async () => {
    const { client, asked } = cluster({});
    expect(await readSecrets(client, 'shop', webhookPipelineSpec.parse({}))).toEqual({ signing: [] });
    expect(asked).toEqual([]);
  });

  test.each(['mongodb://u:p@h/', 'mongodb+srv://u:p@h/'])('hold a connection string: %s', async (uri) => {
    const { client } = cluster({ atlas: { uri: encode(uri) } });
    expect(await readSecrets(client, 'shop', EXTERNAL)).toEqual({ signing: [], storeUri: uri });
  });
});

describe('public keys', () => {
  const withKeys = (...keys: object[]) =>
    webhookPipelineSpec.parse({
      source: { type: 'PublicKey', publicKey: { header: 'X-Sig', algorithm: 'ed25519', keys } },
    });
  const inSecret = { secretKeyRef: { name: 'sender', key: 'k' } };

  test('come from the spec, a ConfigMap or a Secret, without the white space around them', async () => {
    const { client } = cluster({ sender: { k: encode('second\n') } });
    const get = async (type: ResourceType<never>, ref: { namespace?: string; name: string }) =>
      pathOf(type, ref).includes('/configmaps/')
        ? { data: { pem: '-----BEGIN PUBLIC KEY-----\n' } }
        : await client.get(type, ref);
    const spec = withKeys(
      { value: ' first ' },
      { configMapKeyRef: { name: 'sender', key: 'pem' } },
      inSecret,
    );
    expect(await readSecrets({ get } as unknown as KubernetesClient, 'shop', spec)).toEqual({
      signing: [
        { value: 'first', from: 'spec.source.publicKey.keys[0]' },
        { value: '-----BEGIN PUBLIC KEY-----', from: 'key "pem" of ConfigMap "sender"' },
        { value: 'second', from: 'key "k" of Secret "sender"' },
      ],
    });
  });

  test.each([
    ['an empty one', '\n', 'SecretInvalid', /key "k" of Secret "sender" is empty: put the public key/],
    [
      'a private one',
      '-----BEGIN PRIVATE KEY-----',
      'SecretInvalid',
      /holds a private key: put the sender's public/,
    ],
  ])('that are none are told: %s', async (_, value, reason, message) => {
    const { client } = cluster({ sender: { k: encode(value) } });
    await expect(readSecrets(client, 'shop', withKeys(inSecret))).rejects.toMatchObject({
      reason,
      message: expect.stringMatching(message),
    });
    const spoken = withKeys({ value });
    await expect(readSecrets(client, 'shop', spoken)).rejects.toMatchObject({
      reason: 'SpecInvalid',
      message: expect.stringContaining('spec.source.publicKey.keys[0]'),
    });
  });

  test('that are not there are told with where they are named', async () => {
    const { client } = cluster({});
    await expect(readSecrets(client, 'shop', withKeys({ value: 'a' }, inSecret))).rejects.toThrow(
      /Secret "sender" \(spec\.source\.publicKey\.keys\[1\]\) is not in namespace/,
    );
  });
});

describe('a Secret that can’t be used', () => {
  const spec = signed({ name: 'github', key: 'token' });
  test.each<[string, Record<string, Record<string, string>>, RegExp]>([
    [
      'is missing',
      {},
      /Secret "github" \(spec\.source\.secretRefs\) is not in namespace "shop": create it with key "token"/,
    ],
    [
      'lacks the key',
      { github: { other: encode('hunter2') } },
      /Secret "github" has no key "token".*it has "other"/,
    ],
    ['has no keys', { github: {} }, /has no key "token".*it has none at all/],
    ['is empty', { github: { token: '' } }, /key "token" of Secret "github" is empty/],
    [
      'ends in a newline',
      { github: { token: encode('hunter2\n') } },
      /key "token" of Secret "github" starts or ends in white space.*--from-literal/,
    ],
    [
      'starts with a blank',
      { github: { token: encode(' hunter2') } },
      /key "token" of Secret "github" starts or ends in white space/,
    ],
    [
      'is no text',
      { github: { token: encode(Uint8Array.of(0xff, 0xfe)) } },
      /key "token" of Secret "github" is not text in UTF-8/,
    ],
    [
      'starts with a byte order mark',
      { github: { token: encode('\ufeffhunter2') } },
      /key "token" of Secret "github" starts or ends in white space/,
    ],
  ])('is named when it %s, and its value is not', async (_, secrets, words) => {
    const reading = readSecrets(cluster(secrets).client, 'shop', spec);
    const error: Error = await reading.then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({
      name: 'TerminalError',
      reason: 'SecretInvalid',
      message: expect.stringMatching(words),
    });
    expect(error.message).not.toContain('hunter2');
  });

  test('is told from one that the operator may not read', async () => {
    const reading = readSecrets(cluster({}, 403).client, 'shop', spec);
    await expect(reading).rejects.toMatchObject({
      reason: 'SecretForbidden',
      message: expect.stringContaining('grant it get on secrets there'),
    });
  });

  test('is told from an API server that has trouble', async () => {
    const reading = readSecrets(cluster({}, 500).client, 'shop', spec);
    await expect(reading).rejects.toBeInstanceOf(KubernetesApiError);
  });

  test('is named when its connection string can’t work in the function, and all that is wrong with it', async () => {
    const uri = 'mongodb://admin:<password>@h:27017/?tls=true&tlsCAFile=global-bundle.pem';
    const { client } = cluster({ atlas: { uri: encode(uri) } });
    await expect(readSecrets(client, 'shop', EXTERNAL)).rejects.toMatchObject({
      name: 'TerminalError',
      reason: 'SecretInvalid',
      message: expect.stringMatching(
        /^key "uri" of Secret "atlas" still has a placeholder .* as its password: .*; it has the option tlscafile: /,
      ),
    });
  });

  test('is named when it should be a connection string and is none, without its value', async () => {
    const { client } = cluster({ atlas: { uri: encode('postgres://u:hunter2@h') } });
    const error: Error = await readSecrets(client, 'shop', EXTERNAL).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.message).toContain('key "uri" of Secret "atlas" is no MongoDB connection string');
    expect(error.message).not.toContain('hunter2');
  });
});
