import { writeFileSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, stored, urlOf } from '../install/traffic.ts';
import { GITHUB } from '../user.ts';
import { System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await System.start('binding', { NAMI_LOOK_SECONDS: '2', NAMI_ALLOWED_CONNECTION_SECRETS: 'true' });
});
afterAll(async () => await system?.stop());

async function secretOf(namespace: string, name: string): Promise<Record<string, string>> {
  const { data } = JSON.parse(await system.kubectl('-n', namespace, 'get', 'secret', name, '-o', 'json'));
  return Object.fromEntries(
    Object.entries<string>(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

test('whoever has the connection Secret reads the events, and changes nothing', async () => {
  const { namespace, secret } = await system.namespace('binding');
  const store = { connectionSecret: { name: 'events' } };
  await system.apply(namespace, 'orders', { ...GITHUB, store });
  const pipeline = await system.waitReady(namespace, 'orders');
  await stored(system, pipeline, await post(urlOf(pipeline), secret, 3));

  const { uri = '', database, 'ca.crt': authority = '' } = await secretOf(namespace, 'events');
  const tlsCAFile = `${system.stack.folder}/ca.crt`;
  writeFileSync(tlsCAFile, authority);
  const options = { serverSelectionTimeoutMS: 5000 };
  await expect(new MongoClient(uri, options).connect(), 'without it').rejects.toThrow(/certificate/);
  await using client = await new MongoClient(uri, { ...options, tlsCAFile }).connect();
  const events = client.db(database).collection('events');
  expect(await events.countDocuments()).toBe(3);
  await expect(events.deleteMany({})).rejects.toMatchObject({ codeName: 'Unauthorized' });
  await expect(
    client.db('admin').command({ createUser: 'other', pwd: 'x', roles: [] }),
  ).rejects.toMatchObject({
    codeName: 'Unauthorized',
  });
  expect(pipeline.status?.binding).toEqual({ name: 'events' });

  await system.apply(namespace, 'orders', { ...GITHUB, store: { connectionSecret: null } });
  await system.waitReady(namespace, 'orders');
  await expect(secretOf(namespace, 'events')).rejects.toThrow('not found');
});
