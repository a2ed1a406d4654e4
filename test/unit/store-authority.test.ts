import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificateOf, makeAuthority, pemOf } from '../../src/store-authority.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const made = (name = 'Nami store', serial: Uint8Array = Buffer.alloc(15, 7), now = NOW) =>
  makeAuthority(name, serial, now);

describe('the authority of a store', () => {
  test('signs for itself, from a day ago, and has no end', async () => {
    const authority = await made();
    const certificate = new X509Certificate(pemOf(certificateOf(authority) ?? ''));
    expect(certificate.subject).toBe('CN=Nami store');
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(authority))).toBe(true);
    expect(certificate.validFromDate).toEqual(new Date(NOW - 86_400_000));
    expect(certificate.validToDate).toEqual(new Date('9999-12-31T23:59:59Z'));
  });

  test('is another each time', async () => {
    expect(new Set([await made(), await made()].map((each) => certificateOf(each))).size).toBe(2);
  });

  test('is short: its certificate stands in the environment of a function, its whole in a parameter', async () => {
    const authority = await made();
    expect(certificateOf(authority)?.length).toBeLessThan(560);
    // SSM: a standard parameter holds 4 KB.
    expect(authority.length).toBeLessThan(1024);
  });

  test('has a certificate that can be read, whatever its name, its number and the year', async () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((name) => /^[^\0]+$/.test(name));
    const serials = fc.uint8Array({ minLength: 15, maxLength: 15 });
    const moments = fc.date({
      min: new Date('2026-01-02'),
      max: new Date('2090-01-01'),
      noInvalidDate: true,
    });
    await fc.assert(
      fc.asyncProperty(names, serials, moments, async (name, serial, moment) => {
        const { serialNumber, validFromDate } = new X509Certificate(
          pemOf(certificateOf(await made(name, serial, moment.getTime())) ?? ''),
        );
        expect(serialNumber.toLowerCase()).toBe(`40${Buffer.from(serial).toString('hex')}`);
        expect(validFromDate.getTime()).toBe(Math.floor(moment.getTime() / 1000) * 1000 - 86_400_000);
      }),
      { numRuns: 50 },
    );
  });

  test('is what OpenSSL takes for one, to the letter', async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'nami-authority-'));
    const file = join(folder, 'authority.pem');
    writeFileSync(file, await made());
    const { error, stdout, stderr } = spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-check_ss_sig', '-CAfile', file, file],
      { encoding: 'utf8' },
    );
    rmSync(folder, { recursive: true });
    if (error) return skip('openssl is not installed');
    expect(`${stdout}${stderr}`).toBe(`${file}: OK\n`);
  });
});

test('what holds no certificate is no authority', () => {
  expect(certificateOf('hunter2')).toBeUndefined();
  expect(certificateOf('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')).toBeUndefined();
});
