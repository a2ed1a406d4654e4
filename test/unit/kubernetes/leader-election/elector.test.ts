import { describe, expect, test } from 'vitest';
import { KubernetesClient } from '../../../../src/kubernetes/client.ts';
import { LeaderElector } from '../../../../src/kubernetes/leader-election/elector.ts';
import { FakeClock } from '../../fake-clock.ts';
import { RecordingLogger } from '../kettles.ts';
import { type Answer, ScriptedTransport } from '../scripted-transport.ts';

const PATH = '/apis/coordination.k8s.io/v1/namespaces/nami-system/leases';

/** One lease on a server that can be told to fail; the election begins with it as `spec`. */
function election(spec?: object) {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const server = {
    lease: spec && { metadata: { name: 'nami', namespace: 'nami-system', resourceVersion: '1' }, spec },
    fault: undefined as Answer | Error | 'never' | undefined,
  };
  const transport = new ScriptedTransport(({ method, body }) => {
    if (server.fault) return server.fault;
    if (method === 'GET') return server.lease ? { json: server.lease } : { status: 404, json: {} };
    const given = JSON.parse(body ?? '{}');
    const version = server.lease?.metadata.resourceVersion;
    if (method === 'PUT' && given.metadata.resourceVersion !== version) return { status: 409, json: {} };
    const metadata = { ...given.metadata, resourceVersion: String(Number(version ?? 0) + 1) };
    server.lease = { metadata, spec: given.spec };
    return { json: server.lease };
  });
  const lost: string[] = [];
  const elector = new LeaderElector({
    client: new KubernetesClient({ transport, clock, deadlineSeconds: 5 }),
    clock,
    logger,
    lease: { namespace: 'nami-system', name: 'nami' },
    identity: 'me',
    leaseDurationSeconds: 15,
    renewDeadlineSeconds: 10,
    retryPeriodSeconds: 2,
    onLost: (why) => lost.push(why),
  });
  const isOpen = () => {
    try {
      elector.fence.check();
      return true;
    } catch {
      return false;
    }
  };
  return { clock, logger, server, transport, elector, lost, isOpen };
}

const OTHERS = {
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  renewTime: '2020-01-01T00:00:00.000000Z',
};

describe('an elector', () => {
  test('makes the lease where there is none, and leads', async () => {
    const { clock, elector, server, transport, isOpen } = election();
    expect(isOpen()).toBe(false);
    elector.start();
    await clock.until(elector.leading);
    expect(isOpen()).toBe(true);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: 'me', leaseDurationSeconds: 15 });
    expect(transport.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${PATH}/nami`,
      `POST ${PATH}`,
    ]);
  });

  test('renews it every two seconds by one request', async () => {
    const { clock, elector, transport } = election();
    elector.start();
    await clock.until(elector.leading);
    transport.requests.length = 0;
    await clock.advance(20_000);
    expect(transport.requests.map(({ method }) => method)).toEqual(Array(10).fill('PUT'));
  });

  test('waits for another’s lease to run out since it saw it, and no longer', async () => {
    const { clock, elector, logger } = election(OTHERS);
    const begun = clock.now();
    elector.start();
    await clock.until(elector.leading);
    expect(clock.now() - begun).toBe(15_000);
    expect(logger.lines.map(({ message }) => message)).toEqual(['stands by: another leads', 'leads']);
  });

  test('waits on for as long as the other renews', async () => {
    const { clock, elector, server, isOpen } = election(OTHERS);
    elector.start();
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.advance(6_000);
      if (server.lease) {
        server.lease.spec = { ...OTHERS, renewTime: `2020-01-01T00:0${minute}:00.000000Z` };
      }
    }
    expect([elector.isLeader, isOpen()]).toEqual([false, false]);
  });

  test.each([
    ['answers with an error', { status: 500, json: {} }],
    ['does not answer', 'never' as const],
  ])('that leads and whose server %s is at an end ten seconds after its last renewal', async (_, fault) => {
    const { clock, elector, server, lost, isOpen } = election();
    elector.start();
    await clock.until(elector.leading);
    server.fault = fault;
    await clock.advance(9_999);
    expect([isOpen(), lost]).toEqual([true, []]);
    await clock.advance(1);
    expect([isOpen(), lost]).toEqual([false, ['the lease could not be renewed in time']]);
    server.fault = undefined;
    await clock.advance(60_000);
    expect([isOpen(), elector.isLeader, lost.length]).toEqual([false, false, 1]);
  });

  test('reckons a renewal from when it was sent, not from when it was answered', async () => {
    const { clock, elector, server, transport } = election();
    elector.start();
    await clock.until(elector.leading);
    server.fault = { status: 429, headers: { 'retry-after': '3' }, json: {} };
    await clock.advance(2_000);
    server.fault = undefined;
    transport.requests.length = 0;
    while (transport.requests.length === 0) await clock.advance(10);
    expect(elector.fence.age).toBeGreaterThanOrEqual(3);
  });

  test('goes on after an outage that is shorter', async () => {
    const { clock, elector, server, lost, isOpen } = election();
    elector.start();
    await clock.until(elector.leading);
    server.fault = new Error('the connection was reset');
    await clock.advance(7_900);
    server.fault = undefined;
    await clock.advance(30_000);
    expect([isOpen(), lost]).toEqual([true, []]);
  });

  test('that finds another in its place is at an end at once', async () => {
    const { clock, elector, server, lost, isOpen } = election();
    elector.start();
    await clock.until(elector.leading);
    server.lease = {
      metadata: { name: 'nami', namespace: 'nami-system', resourceVersion: '77' },
      spec: OTHERS,
    };
    await clock.advance(2_100);
    expect([isOpen(), lost]).toEqual([false, ['other has the lease']]);
  });

  test('that was written in between without being replaced renews what stands there now', async () => {
    const { clock, elector, server, lost } = election();
    elector.start();
    await clock.until(elector.leading);
    if (server.lease) server.lease.metadata.resourceVersion = '40';
    await clock.advance(30_000);
    expect(lost).toEqual([]);
    expect(Number(server.lease?.metadata.resourceVersion)).toBeGreaterThan(45);
  });

  test('makes the lease anew when somebody deletes it', async () => {
    const { clock, elector, server, lost } = election();
    elector.start();
    await clock.until(elector.leading);
    server.lease = undefined;
    await clock.advance(6_000);
    expect(lost).toEqual([]);
    expect(server.lease).toMatchObject({ spec: { holderIdentity: 'me' } });
  });

  test('that stands by leaves a leader alone whose lease somebody deletes', async () => {
    const { clock, elector, server } = election(OTHERS);
    const begun = clock.now();
    elector.start();
    await clock.advance(6_000);
    server.lease = undefined;
    await clock.until(elector.leading);
    expect(clock.now() - begun).toBe(15_000);
  });

  test('gives the lease up when it is asked to end, after it has shut the fence', async () => {
    const { clock, elector, server, lost, isOpen } = election();
    elector.start();
    await clock.until(elector.leading);
    const released = elector.release();
    expect(isOpen()).toBe(false);
    await clock.until(released);
    expect(server.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await clock.advance(60_000);
    expect([lost, clock.pending]).toEqual([[], 0]);
  });

  test('that stands by leaves the lease alone when it ends', async () => {
    const { clock, elector, server } = election(OTHERS);
    elector.start();
    await clock.advance(3_000);
    await clock.until(elector.release());
    expect(server.lease?.spec).toEqual(OTHERS);
  });
});

/** Monotonic time goes on while a process is stopped; its timers do not. */
class StoppableClock extends FakeClock {
  skipped = 0;
  override monotonic(): number {
    return super.monotonic() + this.skipped;
  }
}

test('a fence is shut for a process that was stopped past its deadline, before any of its timers has fired', async () => {
  const { LeaseFence } = await import('../../../../src/kubernetes/leader-election/lease-fence.ts');
  const clock = new StoppableClock();
  const shut: string[] = [];
  const fence = new LeaseFence(clock, 10, () => shut.push('shut'));
  fence.renewed(clock.monotonic());
  clock.skipped = 9_999;
  fence.check();
  clock.skipped = 10_000;
  expect(() => fence.check()).toThrow('does not lead');
  expect(shut).toEqual(['shut']);
});
