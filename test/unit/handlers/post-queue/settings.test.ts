import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { connect } from '../../../../handlers/post-queue/connection.ts';
import { readSettings } from '../../../../handlers/post-queue/settings.ts';

const environment = {
  NAMI_STORE_URI: 'mongodb://user:password@10.0.0.1/?authSource=admin',
  NAMI_STORE_DATABASE: 'webhooks',
  NAMI_STORE_COLLECTION: 'events',
};

test('a whole environment is read', () => {
  const settings = {
    storeUri: environment.NAMI_STORE_URI,
    database: 'webhooks',
    collection: 'events',
    ttlDays: undefined,
    managed: false,
  };
  expect(readSettings(environment)).toEqual({ kind: 'ready', settings });
  expect(readSettings({ ...environment, NAMI_STORE_TTL_DAYS: '30', NAMI_STORE_MANAGED: 'true' })).toEqual({
    kind: 'ready',
    settings: { ...settings, ttlDays: 30, managed: true },
  });
});

test('all that is missing is named', () => {
  expect(readSettings({ NAMI_STORE_DATABASE: '' })).toEqual({
    kind: 'broken',
    problems: Object.keys(environment).map((name) => ({ message: `${name} is missing` })),
  });
});

test.each(['', '0', '-1', 'thirty', 'Infinity'])('%j days are a problem', (ttlDays) => {
  const problems = [{ message: 'NAMI_STORE_TTL_DAYS is not a number of days above 0' }];
  expect(readSettings({ ...environment, NAMI_STORE_TTL_DAYS: ttlDays })).toEqual({
    kind: 'broken',
    problems,
  });
});

test.each(['http://scott:tiger@host', 'mongodb://scott:ti/ger@host', 'tiger'])(
  'a URI that is none is a problem, which doesn’t repeat it: %s',
  (uri) => {
    const connection = connect(
      readSettings({ ...environment, NAMI_STORE_URI: uri }),
      () => {},
      import.meta.url,
    );
    expect(connection.kind).toBe('broken');
    expect(JSON.stringify(connection)).not.toMatch(/scott|ger@|tiger/);
  },
);

const connected = async (more: Record<string, string>, runtimeUrl = import.meta.url) =>
  connect(readSettings({ ...environment, ...more }), () => {}, runtimeUrl);

test('what the URI says of acknowledgement and reading holds for no event, and for own code only where it says so', async () => {
  const uri = 'mongodb://h/?w=0&journal=false&readPreference=secondaryPreferred&replicaSet=rs0';
  const connection = await connected({ NAMI_STORE_URI: uri });
  if (connection.kind === 'broken') throw new Error('broken');
  for (const each of [connection.database, connection.collection, connection.database.collection('orders')]) {
    expect(each.writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(each.readPreference?.mode).toBe('primary');
  }
});

describe('certificates by which the store is known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nami-ca-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const runtimeUrl = pathToFileURL(join(folder, 'index.mjs')).href;
  const write = (text: string) => writeFileSync(join(folder, 'store-ca.pem'), text);

  test('are read once, beside the runtime, and mean TLS', async () => {
    write(rootCertificates.slice(0, 100).join('\n'));
    const connection = await connected({ NAMI_STORE_CA: 'store-ca.pem' }, runtimeUrl);
    if (connection.kind === 'broken') throw new Error('broken');
    expect(connection.client.options).toMatchObject({ tls: true, secureContext: expect.anything() });
    const plain = await connected({});
    if (plain.kind === 'broken') throw new Error('broken');
    expect(plain.client.options.secureContext).toBeUndefined();
  });

  test('that can’t be read are told by the probe, and not taken for a store that is away', async () => {
    write('nothing');
    const problems = [{ message: expect.stringContaining("store is to be known can't be read") }];
    const broken = { kind: 'broken', problems };
    expect(await connected({ NAMI_STORE_CA: 'other.pem' }, runtimeUrl)).toEqual(broken);
  });
});
