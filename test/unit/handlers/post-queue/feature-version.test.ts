import { MongoServerError } from 'mongodb';
import { describe, expect, test, vi } from 'vitest';
import { featureVersionOf, raiseFeatureVersion } from '../../../../handlers/post-queue/feature-version.ts';

describe('as of which release a server has its data', () => {
  test.each([
    [{ featureCompatibilityVersion: { version: '7.0' } }, '7.0'],
    // In the midst of a change that was begun.
    [{ featureCompatibilityVersion: { version: '7.0', targetVersion: '8.0' } }, '7.0'],
    [{}, undefined],
  ])('is read from %j', async (answer, version) => {
    expect(await featureVersionOf({ command: async () => answer })).toBe(version);
  });
});

describe('to bring the data to a release', () => {
  const raised = async (version: string, command: (request: object) => Promise<object>) =>
    await raiseFeatureVersion({ command }, version, 10);

  test('is confirmed where the server wants that, from 7.0 on', async () => {
    const command = vi.fn(async () => ({}));
    expect(await raised('8.0', command)).toBeUndefined();
    await raised('6.0', command);
    const writeConcern = { w: 'majority' };
    expect(command.mock.calls).toEqual([
      [{ setFeatureCompatibilityVersion: '8.0', confirm: true, writeConcern }],
      [{ setFeatureCompatibilityVersion: '6.0', writeConcern }],
    ]);
  });

  test('tells what the server objects to', async () => {
    const refuse = () => Promise.reject(new MongoServerError({ message: 'not from 6.0' }));
    expect(await raised('8.0', refuse)).toMatch(/could not be brought to MongoDB 8\.0: .*not from 6\.0/);
  });

  test('is not waited for when it takes long', async () => {
    expect(await raised('8.0', () => new Promise(() => {}))).toBeUndefined();
  });
});
