import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Join } from '../../../src/aws/object/unresolved.ts';
import { lastStep } from '../../../src/plan/user-data.ts';
import { desiredOf, inputOf, planOf } from './inputs.ts';

const graph = planOf(inputOf({ store: { managed: { mongoImage: 'registry.example/mongo:8.0' } } }));
const { $join: parts } = desiredOf(graph, 'Instance', 'host').userData as Join;
const scriptWith = (values: Readonly<Record<string, string>>) =>
  parts.map((part) => (typeof part === 'string' ? part : values[part.field])).join('');
const script = scriptWith({ id: 'vol-0123456789abcdef0', madeFrom: '' });

/** The files that the script lays down, by their paths. */
const files: Readonly<Record<string, string>> = Object.fromEntries(
  [...script.matchAll(/^cat > (\S+) <<'(\w+)'\n([\s\S]*?)\n\2$/gm)].map(([, path, , text]) => [
    path,
    text ?? '',
  ]),
);
const unit = files['/etc/systemd/system/nami-store.service']?.split('\n') ?? [];

describe('what the host runs', () => {
  test('is right shell that lays down files and enables units, and does nothing that can fail', () => {
    expect(() => execFileSync('bash', ['--norc', '-n'], { input: script, stdio: 'pipe' })).not.toThrow();
    const commands = script.replaceAll(/ <<'(\w+)'\n[\s\S]*?\n\1$/gm, '').split('\n');
    expect([...new Set(commands.map((line) => line.split(' ')[0]))]).toEqual([
      '#!/bin/bash',
      'set',
      'mkdir',
      'cat',
      'chmod',
      'systemctl',
      '',
    ]);
    expect(script).toContain(
      'enable --now --no-block nami-store.service nami-certificate.timer nami-grow.timer',
    );
  });

  test('fits into what EC2 takes, which is 16 KB', () => {
    expect(Buffer.byteLength(script)).toBeLessThan(16_384);
  });

  test('knows its volume, its image and where its password is', () => {
    expect(files['/etc/nami/host.env']?.split('\n')).toEqual([
      'NAMI_VOLUME_ID=vol-0123456789abcdef0',
      'NAMI_VOLUME_MADE_FROM=',
      expect.stringMatching(
        /^NAMI_CREDENTIALS_PARAMETER=\/nami\/nami-shop-orders_[0-9a-f]{8}\/store-password$/,
      ),
      expect.stringMatching(
        /^NAMI_AUTHORITY_PARAMETER=\/nami\/nami-shop-orders_[0-9a-f]{8}\/store-authority$/,
      ),
      'NAMI_SERVER_NAME=store.nami.internal',
      'NAMI_REGION=eu-central-1',
      'NAMI_MONGO_IMAGE=registry.example/mongo:8.0',
      'NAMI_MONGO_PORT=27017',
      'NAMI_STORE_USER=nami',
    ]);
    expect(parts).toContainEqual({ $ref: 'Volume/data', field: 'id' });
  });

  test('goes through all steps at every start of the database, for as long as the host runs', () => {
    expect(unit).toContain('ExecStart=/usr/local/lib/nami/store.sh');
    expect(unit).toEqual(expect.arrayContaining(['Restart=always', 'StartLimitIntervalSec=0']));
    expect(unit).toContain('WantedBy=multi-user.target');
    // A dependency that failed once would leave the database dead for good, and a long start the machine half up.
    expect(unit.filter((line) => /^(Requires|BindsTo|Requisite|ExecStartPre)/.test(line))).toEqual([]);
  });

  test('holds no secret', () => {
    expect(script).not.toMatch(/password=[a-z0-9]|mongodb:\/\//i);
  });
});

describe('where a host stands', () => {
  test('is the last line that a step has said on the console', () => {
    const console =
      'Debian GNU/Linux\r\nnami: installs packages\r\n[   12.3] xfs: mounted\nnami: the store is up\r\nip login: ';
    expect(lastStep(console)).toBe('the store is up');
  });

  test.each(['', 'Debian GNU/Linux', 'cloud-init: nami: other'])('is not known from %j', (console) => {
    expect(lastStep(console)).toBeUndefined();
  });
});
