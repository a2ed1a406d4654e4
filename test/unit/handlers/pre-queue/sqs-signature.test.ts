import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { Signer } from '../../../../handlers/pre-queue/sigv4.ts';
import { authorization } from './authorization.ts';

const URL_OF_SQS = new URL('https://sqs.eu-west-1.amazonaws.com/');
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
const token = fc.stringMatching(/^[A-Za-z0-9+/=]{1,900}$/);

afterEach(() => {
  vi.unstubAllEnvs();
});

test('every request carries the signature that AWS works out for what it receives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ body: text, id: token, secret: token, sessionToken: fc.option(token) }),
      fc.constantFrom('eu-west-1', 'us-gov-east-1', 'cn-north-1'),
      async ({ body, id, secret, sessionToken }, region) => {
        vi.stubEnv('AWS_ACCESS_KEY_ID', id);
        vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
        vi.stubEnv('AWS_SESSION_TOKEN', sessionToken ?? undefined);
        const bytes = Buffer.from(body);
        const headers = await new Signer(region).sign({
          url: URL_OF_SQS,
          headers: { 'content-length': String(bytes.length), 'x-amz-target': 'AmazonSQS.SendMessage' },
          body: bytes,
        });
        expect(headers['x-amz-security-token']).toBe(sessionToken ?? undefined);
        expect(headers.authorization).toBe(authorization(headers, bytes, id, secret, region));
      },
    ),
    { numRuns: 300 },
  );
});

test('the credentials are those of the moment', async () => {
  const signer = new Signer('eu-west-1');
  const signedBy = async (id: string) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', id);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const { authorization } = await signer.sign({ url: URL_OF_SQS, headers: {}, body: Buffer.from('x') });
    return /Credential=(\w+)\//.exec(authorization ?? '')?.[1];
  };
  expect(await signedBy('ONE')).toBe('ONE');
  expect(await signedBy('TWO')).toBe('TWO');
});
