import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { desiredOf, has, inputOf, nodeOf, planOf } from './inputs.ts';

const { spec } = parse(readFileSync('examples/original.yaml', 'utf8'));
const graph = planOf(inputOf(spec));

test('before the queue are 256 MB on x86, with no concurrency set aside', () => {
  expect(desiredOf(graph, 'Function', 'pre-queue')).toMatchObject({
    memoryMiB: 256,
    architecture: 'x86_64',
    // It stays outside the VPC, which is for the function behind the queue alone.
    subnetIds: [],
  });
  for (const id of ['pre-queue', 'post-queue']) expect(has(graph, 'ReservedConcurrency', id)).toBe(false);
  expect(has(graph, 'ProvisionedConcurrency', 'pre-queue')).toBe(false);
});

test('an event goes to the dead-letter queue after five failures, and stays there for 14 days', () => {
  expect(desiredOf(graph, 'Queue', 'queue').redrive).toMatchObject({ maxReceiveCount: 5 });
  expect(desiredOf(graph, 'Queue', 'dlq')).toMatchObject({ retentionSeconds: 14 * 24 * 3600 });
});

test('after the queue are 256 MB on x86 in the VPC, five at a time, each with one event', () => {
  const subnetIds = [{ $ref: 'given/network', field: 'eu-central-1a' }];
  expect(desiredOf(graph, 'Function', 'post-queue')).toMatchObject({
    memoryMiB: 256,
    architecture: 'x86_64',
    subnetIds,
  });
  expect(desiredOf(graph, 'EventSourceMapping', 'mapping')).toMatchObject({
    maximumConcurrency: 5,
    batchSize: 1,
    batchWindowSeconds: 0,
  });
});

test('the store is MongoDB on a t2.micro that is always started again, with a volume that is kept', () => {
  expect(desiredOf(graph, 'Instance', 'host')).toMatchObject({ instanceTypes: ['t2.micro'] });
  expect(JSON.stringify(desiredOf(graph, 'Instance', 'host').userData)).toMatch(
    /NAMI_MONGO_IMAGE=[^"]*\/mongo:.*docker run .*\$NAMI_MONGO_IMAGE.*Restart=always/,
  );
  expect(nodeOf(graph, 'Volume', 'data').tags).toMatchObject({ 'nami.dev/reclaim-policy': 'Retain' });
});
