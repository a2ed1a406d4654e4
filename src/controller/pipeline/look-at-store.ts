import type { Account } from '../../aws/account/account.ts';
import { isNotFound, judge } from '../../aws/account/errors.ts';
import { failedChecksOf } from '../../aws/calls/host-checks.ts';
import { consoleOf } from '../../aws/calls/host-console.ts';
import { probe } from '../../aws/calls/probe.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { nodeKey } from '../../aws/graph/graph.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { rfc3339 } from '../../clock.ts';
import { ALIAS, functionName } from '../../plan/identity.ts';
import { lastStep } from '../../plan/user-data.ts';
import { nodeOf } from '../report/nodes.ts';
import { storeRemedy } from '../report/store-remedy.ts';
import { featureVersionDue, type StoreTold } from './feature-version.ts';
import { waitsForFirstAnswer } from './first-answer.ts';
import { isDue, type Memory, wasReady } from './memory.ts';
import { askAgainAfter, believe, type HostSeen, type StoreAnswer } from './store-belief.ts';

/** Milliseconds for which a store that has never answered is taken to be booting, which EC2 calls no fault: it checks once a minute. */
const BOOT = 60_000;

const HOST_NODE = nodeKey('Instance', 'host');
const ALIAS_NODE = nodeKey('Alias', 'post-queue');

/**
 * Asks the post-queue function, which alone can reach the store, how the store is; and where it can't be reached, the host
 * on which it stands what it is doing; of one that is booting for the first time EC2's checks tell nothing yet.
 */
async function askStore(
  account: Account,
  owner: Owner,
  hostId: string | undefined,
  isBooting: boolean,
  featureVersion: string | undefined,
): Promise<StoreAnswer> {
  try {
    const more = featureVersion === undefined ? {} : { raiseFeatureVersion: featureVersion };
    const answer = await probe(account, functionName(owner, 'post-queue'), ALIAS, more);
    if (answer.nami !== 'post-queue') return { is: 'unknown', why: `the answer is of ${answer.nami}` };
    if (!answer.store.reachable) {
      const { error, fault } = answer.store;
      const remedy = fault && storeRemedy(fault, hostId);
      const words = remedy ? `${error}: ${remedy.words}` : error;
      const said = await saidByHost(account, hostId);
      const { impairedSince, words: checks } = await saidOfHost(account, isBooting ? undefined : hostId);
      return {
        is: 'unreachable',
        why: words + said + checks,
        ...(remedy && { reason: remedy.reason }),
        ...(impairedSince !== undefined && { impairedSince }),
      };
    }
    return { is: 'reachable', probe: answer, at: account.clock.now() };
  } catch (error) {
    return isNotFound(error)
      ? { is: 'unknown', why: 'waits for the function that writes to it', unasked: true }
      : { is: 'unknown', why: judge(error).message };
  }
}

/** In words that follow others; what keeps the console from being read is told in its place. */
async function saidByHost(account: Account, hostId: string | undefined): Promise<string> {
  if (hostId === undefined) return '';
  try {
    const step = lastStep(await consoleOf(account, hostId));
    return step === undefined ? '' : `; its host ${hostId} says: ${step}`;
  } catch (error) {
    return `; what its host ${hostId} says can't be read: ${judge(error).message}`;
  }
}

const CHECKED = { system: "AWS's machine below it", instance: 'its own system' } as const;

/** What EC2's status checks say of it, likewise. */
async function saidOfHost(
  account: Account,
  hostId: string | undefined,
): Promise<{ readonly words: string; readonly impairedSince?: number }> {
  if (hostId === undefined) return { words: '' };
  try {
    const failed = await failedChecksOf(account, hostId);
    if (!failed) return { words: '' };
    const words = `; EC2's status checks of ${hostId} (${CHECKED[failed.of]}) fail since ${rfc3339(failed.since)}: another host takes its place once that has lasted for store.managed.replaceImpairedAfterMinutes`;
    return { words, impairedSince: failed.since };
  } catch (error) {
    return { words: `; the status checks of ${hostId} can't be read: ${judge(error).message}` };
  }
}

/** Asks the store how it is, unless it is not due or not yet its turn to be asked. `told`: what the status says of it. */
export async function lookAtStore(
  memory: Memory,
  account: Account,
  owner: Owner,
  lookSeconds: number,
  told?: StoreTold,
): Promise<void> {
  const { clock } = account;
  const pause = hasNoWriter(memory) ? lookSeconds : askAgainAfter(memory.store, clock.now(), lookSeconds);
  if (!isDue(clock, memory.storeAskedAt, pause) || !canSpeakForHost(memory)) return;
  memory.storeAskedAt = clock.now();
  const due = featureVersionDue(memory.store, told, clock.now());
  const { host, silentSince = clock.now() } = memory.store;
  const isBooting = waitsForFirstAnswer(told, memory) && clock.now() - silentSince < BOOT;
  const answer = await askStore(account, owner, host, isBooting, due);
  memory.store = believe(memory.store, answer, clock.now());
  // Somebody has deleted it: what is in AWS is compared at once.
  if (answer.is === 'unknown' && answer.unasked && wasReady(memory, ALIAS_NODE)) delete memory.applied;
}

/** Whether the function that writes to the store was not there a moment ago, and has not been made since. */
export function hasNoWriter({ store: { view }, applied }: Memory): boolean {
  const alias = applied?.outcome.nodes.get(ALIAS_NODE);
  return view.is === 'unknown' && view.unasked === true && alias?.state !== 'Ready' && !alias?.stands;
}

/**
 * Whether an answer is of the host that stands now. While a new one is awaited, the function may still speak to the one
 * before, which goes on answering for a while.
 */
function canSpeakForHost(memory: Memory): boolean {
  return !memory.store.awaitsHost || [HOST_NODE, ALIAS_NODE].every((key) => wasReady(memory, key));
}

/** The host of a store, as a look at the pipeline's objects found it. */
export function hostSeen(outcome: Outcome): HostSeen {
  const instance = nodeOf(outcome, 'Instance', 'host');
  if (!instance) return { is: 'external' };
  const { state, id, unseen, stands } = instance;
  if (unseen) return { is: 'unseen' };
  // A host whose successor is refused goes on serving.
  return id !== undefined && (state === 'Ready' || stands) ? { is: 'serves', id } : { is: 'none' };
}
