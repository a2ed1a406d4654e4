import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import type { KeyReader } from '../../../../src/controller/input/key-ref.ts';
import { readStoreCa } from '../../../../src/controller/input/store-ca.ts';

const [FIRST = '', SECOND = ''] = rootCertificates;
const uriSecretRef = { name: 'db', key: 'uri' };
const REF = { name: 'ca', key: 'bundle.pem' };

function read(text: string, external: object = { caConfigMapRef: REF }) {
  const data = { 'bundle.pem': 'caSecretRef' in external ? Buffer.from(text).toString('base64') : text };
  const client = { get: async () => ({ data }) } as unknown as KeyReader;
  const spec = webhookPipelineSpec.parse({ store: { external: { uriSecretRef, ...external } } });
  return readStoreCa(client, 'shop', spec);
}
const textOf = async (found: ReturnType<typeof read>) =>
  Buffer.from((await (await found)?.read()) ?? []).toString();

test('certificates are taken from either kind, without what stands around them', async () => {
  const bundle = `Amazon RDS Root\n${FIRST}\n\n# another\n${SECOND}`;
  expect(await textOf(read(bundle))).toBe(`${FIRST}\n${SECOND}\n`);
  expect(await textOf(read(FIRST, { caSecretRef: REF }))).toBe(`${FIRST}\n`);
  // A change of comments alone makes no new revision of the function.
  expect((await read(bundle))?.sha256).toBe((await read(`${FIRST}\n${SECOND}`))?.sha256);
  expect((await read(bundle))?.sha256).not.toBe((await read(FIRST))?.sha256);
});

test('as many as AWS’s own bundle has are taken', async () => {
  const bundle = rootCertificates.slice(0, 110).join('\n');
  expect((await textOf(read(bundle))).length).toBeGreaterThan(100_000);
});

test('a store that is known by the public ones needs none', async () => {
  expect(await read('', {})).toBeUndefined();
});

test.each([
  ['nothing', '', /^key "bundle\.pem" of ConfigMap "ca" holds no certificate: it must be PEM/],
  ['a file name', 'global-bundle.pem', /holds no certificate/],
  ['half of one', FIRST.slice(0, 500), /no whole certificate/],
  [
    'a broken one',
    `${FIRST}\n${SECOND.replace(/\n..../, '\nAAAA')}`,
    /as number 2 a certificate that can't be read/,
  ],
  [
    'a private key',
    `${FIRST}\n-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----`,
    /holds a private key/,
  ],
])('%s is refused with words', async (_, text, words) => {
  const error: Error = await read(text).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ name: 'TerminalError', reason: 'ConfigMapInvalid' });
  expect(error.message).toMatch(words);
  expect(error.message).not.toContain('hunter2');
});
