import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Join } from '../../../src/aws/object/unresolved.ts';
import { desiredOf, inputOf, planOf } from './inputs.ts';

const graph = planOf(inputOf({ store: { managed: { mongoImage: 'registry.example/mongo:8.0' } } }));
const { $join: parts } = desiredOf(graph, 'Instance', 'host').userData as Join;
const script = parts.map((part) => (typeof part === 'string' ? part : 'vol-0123456789abcdef0')).join('');

/** The files that the script lays down, by their paths. */
const files: Readonly<Record<string, string>> = Object.fromEntries(
  [...script.matchAll(/^cat > (\S+) <<'(\w+)'\n([\s\S]*?)\n\2$/gm)].map(([, path, , text]) => [
    path,
    text ?? '',
  ]),
);
const checkSyntax = (text: string) => execFileSync('bash', ['--norc', '-n'], { input: text, stdio: 'pipe' });

describe('what the host runs', () => {
  test('is right shell, and so is what it lays down', () => {
    expect(() => checkSyntax(script)).not.toThrow();
    const scripts = Object.keys(files).filter((path) => path.startsWith('/usr/local/sbin/'));
    expect(scripts).toEqual(['/usr/local/sbin/nami-mount', '/usr/local/sbin/nami-password']);
    for (const path of scripts) expect(() => checkSyntax(files[path] ?? '')).not.toThrow();
    expect(() => checkSyntax('if true')).toThrow();
  });

  test('fits into what EC2 takes, which is 16 KB', () => {
    expect(Buffer.byteLength(script)).toBeLessThan(16_384);
  });

  test('knows its volume, its image and where its password is', () => {
    expect(files['/etc/nami/host.env']?.split('\n')).toEqual([
      'NAMI_VOLUME_ID=vol-0123456789abcdef0',
      expect.stringMatching(
        /^NAMI_CREDENTIALS_PARAMETER=\/nami\/nami-shop-orders_[0-9a-f]{8}\/store-password$/,
      ),
      'NAMI_REGION=eu-central-1',
      'NAMI_MONGO_IMAGE=registry.example/mongo:8.0',
    ]);
    expect(parts).toContainEqual({ $ref: 'Volume/data', field: 'id' });
  });

  test('takes the volume by its own id first', () => {
    const mount = files['/usr/local/sbin/nami-mount'] ?? '';
    const out = execFileSync('bash', ['--norc', '-c', `${mount.split('\n')[2]}; echo "$by_id"`], {
      env: { PATH: process.env.PATH, NAMI_VOLUME_ID: 'vol-0123456789abcdef0' },
      encoding: 'utf8',
    });
    expect(out.trim()).toBe('/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0');
    expect(mount).toContain('for candidate in "$by_id"');
  });

  test('makes a file system only where blkid finds nothing', () => {
    const mount = files['/usr/local/sbin/nami-mount'] ?? '';
    expect(mount).toContain('if [ "$status" -eq 2 ]; then mkfs.xfs "$device"; elif');
    expect(mount.match(/mkfs/g)).toHaveLength(1);
  });

  test('starts the database only on its mounted volume, at every boot', () => {
    const unit = files['/etc/systemd/system/nami-mongo.service']?.split('\n') ?? [];
    const line = (start: string) => unit.findIndex((text) => text.startsWith(start));
    expect(unit).toContainEqual(expect.stringMatching(/^Requires=.*nami-mount\.service/));
    expect(unit).toContainEqual(expect.stringMatching(/^After=.*nami-mount\.service/));
    expect(line('ExecStartPre=/usr/bin/mountpoint -q /var/lib/nami')).toBeGreaterThan(0);
    expect(line('ExecStartPre=/usr/bin/test -f /var/lib/nami/.nami-volume')).toBeLessThan(
      line('ExecStart=/'),
    );
    expect(script).toContain('enable --now --no-block nami-mount.service nami-mongo.service');
  });

  test('holds no secret: the password is read from SSM into memory', () => {
    expect(script).not.toMatch(/password=|mongodb:\/\//i);
    expect(script).toContain('MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password');
  });
});
