import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Processes } from '../../local/processes.ts';
import { findBinaries } from '../../local/tools/binaries.ts';
import { FINALIZER } from '../../src/api/v1alpha1.ts';
import { type Moment, type MomentName, momentsOfALife } from '../simulation/moments.ts';
import { ApiServer } from './api-server.ts';
import { isObtainable } from './obtainable.ts';

/** How tools get on with pipelines that apply manifests and wait for what comes of them. */

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
});
afterAll(() => server?.stop());

const pipeline = (name: string, spec: object) => ({
  apiVersion: 'nami.dev/v1alpha1',
  kind: 'WebhookPipeline',
  metadata: { name },
  spec,
});
const read = async (name: string) => JSON.parse(await server.kubectl(['get', 'whp', name, '-o', 'json']));

const CONDITION = { type: 'Ready', status: 'False', reason: 'Progressing', message: 'is being made' };
/** Writes the status and the finalizer as the operator does. */
async function operate(name: string): Promise<void> {
  const finalizers = JSON.stringify({ metadata: { finalizers: [FINALIZER] } });
  const patched = ['patch', 'whp', name, '--type=merge', '-p', finalizers, '--field-manager=nami-operator'];
  expect((await server.run(patched)).code).toBe(0);
  const condition = { ...CONDITION, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' };
  const { spec: _, ...applied } = {
    ...pipeline(name, {}),
    status: { observedGeneration: 1, conditions: [condition] },
  };
  const args = ['apply', '--server-side', '--subresource=status', '--field-manager=nami-operator', '-f', '-'];
  expect(await server.run(args, applied)).toMatchObject({ code: 0 });
}

describe('a manifest that is applied twice makes no difference', () => {
  const manifests = readdirSync('examples')
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `examples/${file}`);
  const named = (output: string) => /webhookpipelines?\.nami\.dev\/(\S+)/.exec(output)?.[1] ?? '';

  test('there are some', () => expect(manifests.length).toBeGreaterThan(2));

  test.each(
    manifests.flatMap((manifest) => [
      [manifest, 'the client', []] as const,
      [manifest, 'the server', ['--server-side']] as const,
    ]),
  )('%s, by %s', async (manifest, _, how) => {
    const made = await server.run(['apply', ...how, '-f', manifest]);
    expect(made.code).toBe(0);
    const name = named(made.output);
    try {
      await operate(name);
      const { generation } = (await read(name)).metadata;
      expect(await server.run(['diff', ...how, '-f', manifest])).toEqual({ code: 0, output: '' });
      expect((await server.run(['apply', ...how, '-f', manifest])).code).toBe(0);
      const { metadata, status } = await read(name);
      expect([metadata.generation, metadata.finalizers]).toEqual([generation, [FINALIZER]]);
      expect(status.conditions).toMatchObject([CONDITION]);
    } finally {
      await server.kubectl(['patch', 'whp', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
      await server.kubectl(['delete', '-f', manifest]);
    }
  });

  test('and one that differs makes one', async () => {
    await server.kubectl(['apply', '-f', '-'], pipeline('other', {}));
    const { code, output } = await server.run(
      ['diff', '-f', '-'],
      pipeline('other', { preQueue: { memoryMiB: 512 } }),
    );
    expect(code).toBe(1);
    expect(output).toMatch(/^-.*memoryMiB: 256$/m);
    expect(output).toMatch(/^\+.*memoryMiB: 512$/m);
  });
});

describe('two who apply parts of one pipeline by the server', () => {
  const apply = (manager: string, spec: object, ...more: string[]) =>
    server.run(
      ['apply', '--server-side', `--field-manager=${manager}`, ...more, '-f', '-'],
      pipeline('shared', spec),
    );
  const store = { managed: { volume: { sizeGiB: 20 } }, ttlDays: 30 };
  const queue = { maxReceiveCount: 8, retentionSeconds: 86400 };

  beforeAll(async () => {
    expect((await apply('stores', { store })).code).toBe(0);
    expect((await apply('queues', { queue })).code).toBe(0);
    await operate('shared');
  });

  test('each have their own, and neither takes what is the other’s', async () => {
    const { spec } = await read('shared');
    expect(spec).toMatchObject({ store, queue });
    // Applied anew without a change, as a tool does each few minutes.
    expect((await apply('stores', { store })).code).toBe(0);
    expect((await apply('queues', { queue: { ...queue, maxReceiveCount: 9 } })).code).toBe(0);
    expect((await read('shared')).spec).toMatchObject({ store, queue: { ...queue, maxReceiveCount: 9 } });
  });

  test('are told of a conflict, with who has the field', async () => {
    const { code, output } = await apply('queues', { queue, store: { ttlDays: 60 } });
    expect(code).toBe(1);
    expect(output).toMatch(/conflict with "stores": \.spec\.store\.ttlDays/);
    expect((await read('shared')).spec.store.ttlDays).toBe(30);
  });

  test('give a field back to its default that they name no more', async () => {
    expect((await apply('stores', { store: { managed: store.managed } })).code).toBe(0);
    const { spec } = await read('shared');
    expect(spec.store.ttlDays).toBeUndefined();
    expect(spec.queue.retentionSeconds).toBe(86400);
  });

  test('leave the operator’s status and finalizer alone, and it their spec', async () => {
    await operate('shared');
    expect((await apply('stores', { store })).code).toBe(0);
    const whole = JSON.parse(
      await server.kubectl(['get', 'whp', 'shared', '-o', 'json', '--show-managed-fields']),
    );
    expect(whole.status.conditions).toMatchObject([CONDITION]);
    expect(whole.metadata.finalizers).toEqual([FINALIZER]);
    const partsOf = (manager: string) =>
      whole.metadata.managedFields
        .filter((each: { manager: string }) => each.manager === manager)
        .flatMap((each: { fieldsV1: object }) => Object.keys(each.fieldsV1))
        .toSorted();
    expect(partsOf('nami-operator')).toEqual(['f:metadata', 'f:status']);
    expect([partsOf('stores'), partsOf('queues')]).toEqual([['f:spec'], ['f:spec']]);
    const { code, output } = await apply('stores', { store }, '--dry-run=server');
    expect([code, output]).toEqual([0, expect.not.stringContaining('onflict')]);
  });
});

/** What kstatus, which Flux and kpt wait by, says of a pipeline at each moment of its life. */
const KSTATUS: Readonly<Record<MomentName, string>> = {
  'just applied': 'InProgress',
  'being built': 'InProgress',
  ready: 'Current',
  'changed and not seen yet': 'InProgress',
  'asked for what is not granted': 'Failed',
  // It is built as it is wanted: what ails it is told by Healthy.
  'with a store that is away': 'Current',
  suspended: 'Current',
  'deleted with events left': 'Terminating',
};

describe.skipIf(!(await isObtainable('kstatus')))(
  'kstatus (its own library, which takes Go to build)',
  () => {
    let moments: readonly Moment[];
    let results: readonly { Status: string; Message: string }[];

    beforeAll(async () => {
      moments = await momentsOfALife();
      const folder = mkdtempSync(join(tmpdir(), 'nami-kstatus-'));
      const processes = await Processes.open(folder, () => {});
      try {
        const { kstatus } = await findBinaries(['kstatus'], processes, () => {});
        const running = promisify(execFile)(kstatus);
        running.child.stdin?.end(JSON.stringify(moments.map((moment) => moment.pipeline)));
        results = JSON.parse((await running).stdout);
      } finally {
        await processes.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test.each(Object.entries(KSTATUS))('says of a pipeline, %s: %s', (name, status) => {
      expect(results[moments.findIndex((moment) => moment.name === name)]?.Status).toBe(status);
    });

    test('has the operator’s words for what it waits for', () => {
      const messageAt = (name: MomentName) =>
        results[moments.findIndex((moment) => moment.name === name)]?.Message;
      expect(messageAt('asked for what is not granted')).toContain('provisionedConcurrency of 101');
    });
  },
);
