import { spawnSync } from 'node:child_process';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SigningCertificate {
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/** A certificate with an RSA key, as senders have one to sign with. It is valid from now on for ten years. */
export function signingCertificate(): SigningCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'nami-certificate-'));
  try {
    const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-days', '3650', '-subj', '/CN=sender'];
    const { status, stderr, error } = spawnSync('openssl', ['req', '-x509', ...made, '-out', file], {
      encoding: 'utf8',
    });
    if (error || status !== 0) throw new Error(`openssl is needed for this test: ${error ?? stderr}`);
    const pem = readFileSync(file, 'utf8');
    return {
      pem,
      certificate: new X509Certificate(pem),
      privateKey: createPrivateKey(readFileSync(key, 'utf8')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
