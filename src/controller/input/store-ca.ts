import { createHash, X509Certificate } from 'node:crypto';
import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { TerminalError } from '../../aws/account/errors.ts';
import type { FileBeside } from '../../code.ts';
import { describeKey, invalidReason, type KeyReader, type KeyRef, readKey } from './key-ref.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The certificates by which a store of the user's own is known, as PEM without what stands around them. Throws
 * TerminalError that names where they come from if there is none, or anything that is no certificate.
 */
export async function readStoreCa(
  client: KeyReader,
  namespace: string,
  { store }: WebhookPipelineSpec,
): Promise<FileBeside | undefined> {
  const { caConfigMapRef, caSecretRef } = store.external ?? {};
  const ref: KeyRef | undefined = caConfigMapRef
    ? { kind: 'ConfigMap', ...caConfigMapRef }
    : caSecretRef && { kind: 'Secret', ...caSecretRef };
  if (!ref) return undefined;
  const field = `spec.store.external.${caConfigMapRef ? 'caConfigMapRef' : 'caSecretRef'}`;
  const text = await readKey(client, namespace, ref, field);
  const problem = pemProblem(text);
  if (problem !== undefined) throw new TerminalError(invalidReason(ref), `${describeKey(ref)} ${problem}`);
  const bytes = Buffer.from(`${certificatesIn(text).join('\n')}\n`);
  return { sha256: createHash('sha256').update(bytes).digest('hex'), read: async () => bytes };
}

const certificatesIn = (text: string): string[] => text.match(CERTIFICATE) ?? [];

function pemProblem(text: string): string | undefined {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return 'holds a private key: put the certificates of the authority there, and nothing else';
  }
  const certificates = certificatesIn(text);
  const begun = text.split('-----BEGIN ').length - 1;
  if (begun === 0) return 'holds no certificate: it must be PEM, with -----BEGIN CERTIFICATE-----';
  if (certificates.length < begun) {
    return 'holds something in PEM that is no whole certificate: put all of the file there, and certificates alone';
  }
  const broken = certificates.findIndex((each) => !isCertificate(each));
  return broken === -1
    ? undefined
    : `holds as number ${broken + 1} a certificate that can't be read: get it anew`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
