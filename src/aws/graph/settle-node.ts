import type { Reason } from '../../reason.ts';
import type { Account } from '../account/account.ts';
import { isNotFound, judge, mayHaveWorked } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { surplusTags } from '../object/added-tags.ts';
import type { CodeSource } from '../object/code.ts';
import { imprint } from '../object/fingerprint.ts';
import type { Glance, Remark } from '../object/kind.ts';
import { isOurs, type Owner, TAGS, type Tags } from '../object/owner.ts';
import { type GraphNode, nodeKey } from './graph.ts';
import { missingTags, objectionTo } from './ownership.ts';
import { type Outputs, resolve } from './references.ts';

/** How one node came out. */
export interface NodeOutcome {
  readonly node: GraphNode;
  readonly state: 'Ready' | 'Pending' | 'Blocked' | 'Failed';
  readonly id?: string;
  readonly outputs: Outputs;
  /** One word, on failure. */
  readonly reason?: Reason;
  readonly message?: string;
  /** Trying again without a change by the user is useless. */
  readonly terminal?: true;
  /** It is there and works, although a change of it is under way or has failed. */
  readonly stands?: true;
  /** AWS did not say whether it is there, so nothing of its kind counts as unwanted. */
  readonly unseen?: true;
  /** Name of what it waits for from outside its graph, such as "network". */
  readonly waitsFor?: string;
  /** What stands in its place is another's: its id is not given, lest it be taken for the owner's. */
  readonly foreign?: true;
  /** Look again in so many seconds. */
  readonly seconds?: number;
  /** What is to be known of it although it is ready. */
  readonly remark?: Remark;
  /** What was done to it in this pass, such as "created" or "updated memoryMiB". */
  readonly done: readonly string[];
  /** As what it is wanted, in short; absent while that hangs on what is not there yet. */
  readonly as?: string;
  /** Of what is ready: when that was seen, in milliseconds since the epoch. */
  readonly seenAt?: number;
  /** Of what is waited for: when it is worth a look again, likewise. */
  readonly dueAt?: number;
}

/** What one node's way through one pass needs. */
export interface NodePass {
  readonly account: Account;
  readonly node: GraphNode;
  readonly owner: Owner;
  /** Of the nodes that it refers to. */
  readonly outputs: Readonly<Record<string, Outputs>>;
  readonly code: CodeSource | undefined;
  /** How it came out in the pass before. */
  readonly last?: NodeOutcome | undefined;
  /** It is believed to be at rest: what lists of everybody's objects show to be right is not looked for by itself. */
  readonly glances?: boolean | undefined;
}

/** Milliseconds for which what was seen is taken to be so, while other nodes are on their way. */
export const REST = 300_000;

/** Rounds of find, create and update that one node gets in one pass. */
const ROUNDS = 4;

/** What `done` says of what was made. */
export const CREATED = 'created';
const UPDATED = 'updated ';
const UNLISTED = 'was just made, and AWS does not list it yet';
const UNANSWERED = 'may have been made a moment ago: whether it is there shows within half a minute';

/** Finds a node's object, makes it where there is none, and brings it nearer to what is wanted. Never rejects. */
export async function settleNode(pass: NodePass): Promise<NodeOutcome> {
  const { account, node, owner, outputs } = pass;
  const kind = kindOf(node.kind);
  const { recentlyMade, patience } = account;
  const waitKey = `${owner.prefix} ${nodeKey(node.kind, node.id)}`;
  const done: string[] = [];
  let found: Actual | undefined;
  /** What the object is after an update, where AWS told that with its answer. */
  let updated: Actual | undefined;
  let seen = false;
  let foreign = false;
  let stands = false;
  let interrupted = false;
  let as: string | undefined;
  const outcome = (rest: Partial<NodeOutcome> & Pick<NodeOutcome, 'state'>): NodeOutcome => ({
    node,
    outputs: found?.outputs ?? {},
    ...(found && !foreign ? { id: found.id } : knownId(node)),
    ...(foreign && { foreign }),
    ...(rest.state !== 'Ready' && stands && { stands }),
    ...(as !== undefined && { as }),
    done,
    ...rest,
  });
  const wait = (message: string, atLeast?: number) => {
    const seconds = patience.seconds(waitKey, message, atLeast);
    return outcome({ state: 'Pending', message, seconds, dueAt: account.clock.now() + seconds * 1000 });
  };
  try {
    const desired = resolve(node.desired, outputs);
    const tags = tagsOf(pass);
    as = imprint([wishOf(pass, desired), tags]);
    const seenAt = account.clock.now();
    const last = pass.last?.as === as && isSame(node, pass.last) ? pass.last : undefined;
    if (last?.seenAt !== undefined && seenAt - last.seenAt < REST) return { ...last, node, done: [] };
    // Others may be due before it.
    if (last?.dueAt !== undefined && seenAt < last.dueAt)
      return { ...last, node, done: [], seconds: (last.dueAt - seenAt) / 1000 };
    const right = pass.glances && (await glance(pass, desired, tags));
    if (right) {
      found = right.actual;
      return outcome({ state: 'Ready', seenAt: right.at, ...remarkOn(pass, found, desired) });
    }
    for (let round = 0; round < ROUNDS; round++) {
      stands = false;
      found = updated ?? (await kind.find(account, desired, owner));
      seen = true;
      const made = updated ? undefined : madeButUnlisted(pass, found);
      if (made) {
        found = made.actual;
        if (found?.state.is !== 'ready') return wait(found ? UNLISTED : UNANSWERED);
      }
      if (!found) {
        found = await create(pass, desired, tags);
        done.push(CREATED);
      }
      const objection = objectionTo(node, found, owner);
      foreign = objection !== undefined;
      if (found.state.is !== 'ready') {
        stands = found.state.is === 'pending' && found.state.serves === true;
        return wait(found.state.why, found.state.seconds);
      }
      if (objection) throw objection;
      stands = !interrupted;
      const { surplus, missing } = tagsApart(pass, found, tags);
      // Before the note of the added tags changes: what it names no more would stay for good.
      if (surplus.length > 0) {
        await kind.untag?.(account, found, surplus);
        done.push(`untagged ${surplus.join(', ')}`);
      }
      if (Object.keys(missing).length > 0) {
        await kind.tag?.(account, found, missing);
        done.push(`tagged ${Object.keys(missing).join(', ')}`);
      }
      const differences = kind.compare(found, desired);
      if (differences.length === 0) {
        patience.end(waitKey);
        return outcome({ state: 'Ready', seenAt, ...remarkOn(pass, found, desired) });
      }
      const update = `${UPDATED}${differences.join(', ')}`;
      // What was just written is not written again because a read lags behind.
      if (done.includes(update)) return wait(`${update}, and AWS does not show it yet`);
      updated = (await kind.update(account, desired, found, owner, pass.code)) ?? undefined;
      interrupted ||= kind.interrupts?.(differences) === true;
      done.push(update);
    }
    return wait(done.at(-1) ?? 'is being updated');
  } catch (error) {
    const judgement = judge(error);
    if (judgement.is === 'requeue') return wait(judgement.message, judgement.seconds);
    // What was just made may be listed without its tags, or not at all.
    if (!seen && recentlyMade.recall(owner, node.kind, node.id)) return wait(UNLISTED);
    // One service does not know yet what another has made.
    if (seen && isNotFound(error) && recentlyMade.of(owner).length > 0) {
      return wait(`waits until AWS knows everywhere what was just made (${judgement.message})`, 2);
    }
    return outcome({
      state: 'Failed',
      reason: judgement.reason,
      message: judgement.message,
      ...(judgement.is === 'terminal' && { terminal: true }),
      ...(!seen && { unseen: true }),
    });
  }
}

/** The object as a list shows it, where that is ready and in all as it is wanted. */
async function glance(
  { account, node, owner }: NodePass,
  desired: unknown,
  tags: Tags,
): Promise<Glance<unknown> | undefined> {
  const kind = kindOf(node.kind);
  const seen = await kind.glance?.(account, desired, owner);
  if (seen?.actual.state.is !== 'ready' || objectionTo(node, seen.actual, owner)) return undefined;
  const { surplus, missing } = tagsApart({ node }, seen.actual, tags);
  const isTagged = surplus.length === 0 && Object.keys(missing).length === 0;
  return isTagged && kind.compare(seen.actual, desired).length === 0 ? seen : undefined;
}

/** What of an object's tags is to be taken off and put on; nothing of what carries none. */
function tagsApart({ node }: Pick<NodePass, 'node'>, { tags: found }: Actual, wanted: Tags) {
  const { tag, untag } = kindOf(node.kind);
  return {
    surplus: untag && found ? surplusTags(found, wanted) : [],
    missing: tag && found ? missingTags(found, wanted) : {},
  };
}

function remarkOn({ node }: NodePass, found: Actual, desired: unknown): { readonly remark?: Remark } {
  const remark = kindOf(node.kind).remark?.(found, desired);
  return remark ? { remark } : {};
}

/** What is wanted, whichever way it is reached, and of whichever object. */
function wishOf({ node, outputs }: NodePass, desired: unknown): unknown {
  if (node.wish) return resolve(node.wish, outputs);
  return knownId(node).id === undefined ? desired : { ...(desired as object), expectedId: '' };
}

/** Whether an outcome is that of the object which is meant; while none is known, any is. */
function isSame(node: GraphNode, { id: lastId }: NodeOutcome): boolean {
  const { id } = knownId(node);
  return id === undefined || id === lastId;
}

/** The id of the object that it is known to have been, for as long as no other has taken its place. */
export function knownId({ desired }: GraphNode): { readonly id?: string } {
  const { expectedId } = desired as { readonly expectedId?: string };
  return expectedId === undefined || expectedId === '' ? {} : { id: expectedId };
}

const tagsOf = ({ node, owner, outputs }: NodePass): Tags => ({
  ...owner.identity,
  ...owner.tags,
  [TAGS.object]: node.id,
  ...(resolve(node.tags ?? {}, outputs) as Tags),
});

/** What was made a moment ago, unless `found` shows it, with its tags: they may be listed later than the object. */
function madeButUnlisted({ account, node, owner }: NodePass, found: Actual | undefined) {
  const { recentlyMade } = account;
  const made = recentlyMade.recall(owner, node.kind, node.id);
  const isListed = found && (found.tags === undefined || isOurs(found.tags, owner));
  if (!made || !isListed) return made;
  recentlyMade.forget(owner, made);
  return undefined;
}

async function create(
  { account, node, owner, code }: NodePass,
  desired: unknown,
  tags: Tags,
): Promise<Actual> {
  const kind = kindOf(node.kind);
  const remember = (actual?: Actual) =>
    account.recentlyMade.remember(owner, { kind: node.kind, object: node.id, actual });
  try {
    const made = await kind.create(account, desired, tags, owner, code);
    remember(made);
    return made;
  } catch (error) {
    if (kind.doubles && mayHaveWorked(error)) remember();
    throw error;
  }
}
