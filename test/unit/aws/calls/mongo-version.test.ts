import { describe, expect, test } from 'vitest';
import { checkVersionStep, versionOf } from '../../../../src/aws/calls/mongo-version.ts';

const step =
  (data: string, wanted: string, featureVersion = '') =>
  () =>
    checkVersionStep(data, wanted, 'vol-1', featureVersion);

describe('the version of an image', () => {
  test.each<[string, object | undefined]>([
    ['mongo:8.0', { major: 8, minor: 0 }],
    ['public.ecr.aws/docker/library/mongo:8.0.4-noble', { major: 8, minor: 0 }],
    ['localhost:5000/db/mongo:7', { major: 7, minor: undefined }],
    ['mongo:8.0@sha256:0123', { major: 8, minor: 0 }],
    ['mongo:v6.0', { major: 6, minor: 0 }],
    ['mongo@sha256:0123', undefined],
    ['localhost:5000/mongo', undefined],
    ['mongo:latest', undefined],
    ['', undefined],
  ])('%s', (image, version) => expect(versionOf(image)).toEqual(version));
});

describe('a step from one version to another', () => {
  test.each([
    ['mongo:8.0', 'mongo:8.0'],
    ['mongo:7.0', 'elsewhere/mongo:8.0'],
    ['mongo:8.0', 'mongo:8.2'],
    ['mongo:8.2', 'mongo:8'],
    ['mongo:4.4', 'mongo:5.0'],
    ['', 'mongo:8.0'],
    ['mongo@sha256:0123', 'mongo:4.4'],
    ['mongo:8.0', 'mongo:latest'],
  ])('from "%s" to %s is taken', (data, wanted) => expect(step(data, wanted)).not.toThrow());

  test.each([
    ['mongo:8.0', 'mongo:7.0'],
    ['elsewhere/mongo:8', 'mongo:7.0.1'],
    ['mongo:8.2', 'mongo:8.0'],
  ])('back from %s to %s is refused', (data, wanted) => {
    expect(step(data, wanted)).toThrow(/set store\.managed\.mongoImage back to 8/);
    expect(step(data, wanted)).toThrow(expect.objectContaining({ reason: 'MongoVersionStep' }));
  });

  test('over a release is refused with the steps to take', () => {
    expect(step('mongo:6.0', 'mongo:8.0')).toThrow(
      'first set store.managed.mongoImage to 7.0 and wait until status.store.featureVersion says 7.0, which takes an hour from when it answers (if',
    );
    expect(step('mongo:4.4', 'mongo:7')).toThrow(
      /to 5\.0 and wait.*, then set store\.managed\.mongoImage to 6\.0 and wait/,
    );
    expect(step('mongo:4.2', 'mongo:5.0')).toThrow(/to 4\.4 and/);
  });

  test('waits until the data is as of the release that runs', () => {
    expect(step('mongo:7.0', 'mongo:8.0', '6.0')).toThrow(
      expect.objectContaining({
        reason: 'MongoVersionWaits',
        message: expect.stringContaining('none older than 7.0'),
      }),
    );
    expect(step('mongo:7.0', 'mongo:8.0', '7.0')).not.toThrow();
    expect(step('mongo:7.0', 'mongo:7.0.9', '6.0'), 'another host of the same release').not.toThrow();
    expect(step('mongo:4.4', 'mongo:5.0', '4.2')).toThrow('none older than 4.4');
  });
});
