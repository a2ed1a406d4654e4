import { expect, test } from 'vitest';
import type { Store } from '../../../../handlers/post-queue/connection.ts';
import { probeStore } from '../../../../handlers/post-queue/probe.ts';

/** A managed store whose server says this of its files. */
function storeOf(stats: object): Store {
  const command = async (request: object) => {
    if ('dbStats' in request)
      return 'freeStorage' in request ? stats : { ...stats, freeStorageSize: undefined };
    if ('buildInfo' in request) return { version: '8.0.4' };
    return { users: [], featureCompatibilityVersion: { version: '8.0' } };
  };
  return {
    client: { connect: async () => {}, db: () => ({ command }) },
    database: { command },
    collection: { estimatedDocumentCount: async () => 3, findOne: async () => null },
    settings: { managed: true },
    user: 'nami',
  } as unknown as Store;
}

test.each([
  // What documents left that were removed is no longer used, although the file system has not got it back.
  [
    { fsTotalSize: 100, fsUsedSize: 95, freeStorageSize: 40 },
    { totalBytes: 100, usedBytes: 55, reusableBytes: 40 },
  ],
  [
    { fsTotalSize: 100, fsUsedSize: 95 },
    { totalBytes: 100, usedBytes: 95 },
  ],
  [{}, undefined],
])('of files that are %j the room is %j', async (stats, disk) => {
  const answer = await probeStore(storeOf(stats));
  expect(answer).toMatchObject({ reachable: true, documents: 3 });
  expect((answer as { disk?: object }).disk).toEqual(disk);
});
