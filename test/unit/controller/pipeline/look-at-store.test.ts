import { describe, expect, test } from 'vitest';
import type { TlsFault } from '../../../../handlers/contract.ts';
import { keepOutcome } from '../../../../src/aws/graph/kept-outcome.ts';
import { hostSeen, lookAtStore } from '../../../../src/controller/pipeline/look-at-store.ts';
import { newMemory } from '../../../../src/controller/pipeline/memory.ts';
import { OWNER } from '../../aws/graph/fake-kinds.ts';
import { refuse, type Script, scripted } from '../../aws/kinds/scripted-account.ts';
import { applied, believed, outcomeOf, reachable } from '../pipelines.ts';

describe('a look at the store', () => {
  const probed = (body: object, more: object = {}) => ({
    Payload: Buffer.from(JSON.stringify(body)),
    ...more,
  });
  const look = async (Invoke: Script[string]) => {
    const run = scripted({ Invoke });
    const memory = newMemory('u');
    await lookAtStore(memory, run.account, OWNER, 60);
    // An outage is believed when it is said twice.
    await run.clock.advance(4000);
    await lookAtStore(memory, run.account, OWNER, 60);
    return { view: memory.store.view, run, memory };
  };

  test('asks no function that is not there more often than it looks, until it is made', async () => {
    const { run, memory } = await look(() => refuse('ResourceNotFoundException'));
    await run.clock.advance(30_000);
    await lookAtStore(memory, run.account, OWNER, 60);
    expect(run.inputs('Invoke')).toHaveLength(1);
    expect(memory.store.silentSince).toBeUndefined();

    memory.applied = {
      plan: 'p',
      requested: undefined,
      at: run.clock.now(),
      outcome: keepOutcome(applied(outcomeOf('Alias', 'post-queue', { done: ['created'] }))),
    };
    await lookAtStore(memory, run.account, OWNER, 60);
    expect(run.inputs('Invoke')).toHaveLength(2);
  });

  test('asks the function that writes to it, by its alias', async () => {
    const body = { nami: 'post-queue', problems: [], store: { reachable: true, documents: 3 } };
    const { view, run, memory } = await look(() => probed(body));
    expect(view).toEqual({ is: 'reachable', probe: body, at: memory.storeAskedAt });
    expect(run.inputs('Invoke')[0]).toMatchObject({
      FunctionName: `${OWNER.prefix}-post-queue`,
      Qualifier: 'live',
    });
  });

  test.each<[TlsFault, string]>([
    ['ended', 'renew it on the server'],
    ['other-authority', 'spec.store.external.caConfigMapRef'],
    ['other-name', 'other names than the connection string has'],
  ])('says what to do about a certificate that is refused: %s', async (tls, words) => {
    const store = { reachable: false, error: 'no', tls };
    expect((await look(() => probed({ nami: 'post-queue', problems: [], store }))).view).toEqual({
      is: 'unreachable',
      isForTls: true,
      why: expect.stringMatching(new RegExp(`^no: .*${words.replaceAll('.', '\\.')}`)),
    });
  });

  test('tells a store that does not answer from a function that does not', async () => {
    const store = { reachable: false, error: 'refused' };
    expect((await look(() => probed({ nami: 'post-queue', problems: [], store }))).view).toEqual({
      is: 'unreachable',
      why: 'refused',
    });
    expect((await look(() => refuse('ResourceNotFoundException'))).view).toMatchObject({
      is: 'unknown',
      why: 'waits for the function that writes to it',
    });
    expect((await look(() => refuse('TooManyRequestsException'))).view).toMatchObject({ is: 'unknown' });
    expect(
      (
        await look(() =>
          probed({ errorType: 'Sandbox.Timedout', errorMessage: 'late' }, { FunctionError: 'Unhandled' }),
        )
      ).view,
    ).toMatchObject({
      is: 'unknown',
      why: expect.stringContaining('late'),
    });
  });

  test('does not take the answer of the other function for one of the store', async () => {
    const { view } = await look(() => probed({ nami: 'pre-queue', problems: [] }));
    expect(view).toEqual({ is: 'unknown', why: 'the answer is of pre-queue' });
  });
});

describe('whom an answer is of', () => {
  const answer = { nami: 'post-queue', problems: [], store: { reachable: true, documents: 3 } };
  const Invoke = () => ({ Payload: Buffer.from(JSON.stringify(answer)) });
  const host = (state: 'Ready' | 'Pending') => outcomeOf('Instance', 'host', { id: 'i-2', state });
  const alias = (state: 'Ready' | 'Pending') => outcomeOf('Alias', 'post-queue', { state });
  const awaiting = believed({ is: 'unknown', why: '' }, { awaitsHost: true, host: 'i-2' });

  test.each([
    ['is on its way', host('Pending'), alias('Ready'), 0],
    ['is there, while the function still speaks to the one before', host('Ready'), alias('Pending'), 0],
    ['is there and the function speaks to it', host('Ready'), alias('Ready'), 1],
  ])(
    'a store whose new host %s is asked only when it is the one that answers',
    async (_, instance, function_, asked) => {
      const run = scripted({ Invoke });
      const memory = newMemory('u');
      memory.store = awaiting;
      memory.applied = {
        plan: '',
        requested: undefined,
        at: 0,
        outcome: keepOutcome(applied(instance, function_)),
      };
      await lookAtStore(memory, run.account, OWNER, 60);
      expect(run.inputs('Invoke')).toHaveLength(asked);
      expect(memory.store.view.is).toBe(asked === 1 ? 'reachable' : 'unknown');
    },
  );

  test('a store that answers is asked again only after the pause between two looks', async () => {
    const run = scripted({ Invoke });
    const memory = newMemory('u');
    for (let second = 0; second < 120; second += 10) {
      await lookAtStore(memory, run.account, OWNER, 60);
      await run.clock.advance(10_000);
    }
    expect(run.inputs('Invoke')).toHaveLength(2);
    expect(memory.store.view).toMatchObject(reachable(expect.any(Number) as never, answer as never));
  });
});

test.each([
  ['there is none in the plan', applied(), { is: 'external' }],
  ['it is ready', applied(outcomeOf('Instance', 'host', { id: 'i-1' })), { is: 'serves', id: 'i-1' }],
  [
    'its successor is refused',
    applied(outcomeOf('Instance', 'host', { id: 'i-1', state: 'Failed', terminal: true, stands: true })),
    { is: 'serves', id: 'i-1' },
  ],
  [
    'it has ended and no other can be launched',
    applied(outcomeOf('Instance', 'host', { id: 'i-1', state: 'Failed' })),
    { is: 'none' },
  ],
  [
    'it is on its way',
    applied(outcomeOf('Instance', 'host', { id: 'i-1', state: 'Pending' })),
    { is: 'none' },
  ],
  [
    'it stands while it is changed',
    applied(outcomeOf('Instance', 'host', { id: 'i-1', state: 'Pending', stands: true })),
    { is: 'serves', id: 'i-1' },
  ],
  [
    'AWS did not say',
    applied(outcomeOf('Instance', 'host', { id: 'i-1', state: 'Failed', unseen: true })),
    { is: 'unseen' },
  ],
])('of a host, when %s, is told so', (_, outcome, seen) => {
  expect(hostSeen(outcome)).toEqual(seen);
});
