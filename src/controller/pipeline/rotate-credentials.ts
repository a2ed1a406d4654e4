import { ANNOTATIONS, type WebhookPipeline, type WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { judge } from '../../aws/account/errors.ts';
import { changeSecret, readSecret } from '../../aws/calls/store-secret.ts';
import type { NodeOutcome, Outcome } from '../../aws/graph/apply.ts';
import { fromRfc3339, rfc3339 } from '../../clock.ts';
import { DATA_VOLUME } from '../../plan/identity.ts';
import { isMadeFor, loginOf, newLogin, secretOf } from '../../store-login.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import type { PartRemark } from '../report/conditions.ts';
import { nodeOf } from '../report/nodes.ts';
import { askForLogins, loginsRefused, loginsRemark } from './ask-for-logins.ts';
import { dropFormerLogins } from './drop-former-logins.ts';
import { reachableStore, type StoreBelief } from './store-belief.ts';

/** What came of a look at the credentials of a store. */
export interface Rotation {
  /** They are others now: what was planned with those before is so no more. */
  readonly isNews: boolean;
  /** Since when the function has got in with the present ones (RFC 3339), once it has. */
  readonly inUseSince?: string | undefined;
  /** Why they are not yet others, or those before them not yet gone. */
  readonly remarks: readonly PartRemark[];
}

type Work = Pick<Subject, 'pipeline' | 'spec' | 'account' | 'owner' | 'memory'>;
type Credentials = NonNullable<WebhookPipelineSpec['store']['managed']>['credentials'];

/** Seconds that a read of SSM may lag behind a write: what was changed a moment ago is not changed again for it. */
const LAG = 30;
const DAY = 86_400_000;
const HOUR = 3_600_000;
/** What a batch may take that was begun with the login before. (Lambda quotas: time-out.) */
const LONGEST_RUN = 900_000;

/**
 * Gives a managed store other credentials when its pipeline's annotation asks for that, or when they are of a certain age. A new user
 * of the database is made beside the present one and tried; then its login takes the place of the other in SSM, from where
 * the plan brings it to the function; and when nobody needs it any more, the user before goes. No login that is in use is ever changed:
 * one that was made and not put into place, as after a crash, goes with the former ones. What fails is told and tried again, and
 * keeps nothing else from being done.
 */
export async function rotateCredentials(
  context: Pick<Context, 'events'>,
  work: Work,
  outcome: Outcome,
): Promise<Rotation> {
  const { pipeline, spec, account, memory } = work;
  const { managed } = spec.store;
  if (!managed) return { isNews: false, remarks: requestOf(pipeline) === undefined ? [] : [NOT_OURS] };
  const told = pipeline.status?.store?.credentialsSince;
  const secret = nodeOf(outcome, 'Parameter', 'store-password');
  const { user, since } = secret?.outputs ?? {};
  const volume = nodeOf(outcome, 'Volume', DATA_VOLUME);
  // Where another volume takes its place, the database that answers so far is not the one that the secret is for.
  const isOfVolume = volume?.state === 'Ready' || volume?.stands === true;
  if (!secret || user === undefined || !isOfVolume) return { isNews: false, inUseSince: told, remarks: [] };
  const now = account.clock.now();
  const store = reachableStore(memory.store.view);
  const hasFormer = store?.hasFormerLogins === true;
  const isIn = getsInAs(memory.store, user);
  const inUseSince = isIn && since !== undefined ? usedSince({ told, since, hasFormer, now }) : told;
  const valid = formerValid(managed.credentials);
  const age = since === undefined ? undefined : now - fromRfc3339(since);
  if (isDue(pipeline, managed.credentials, user, age))
    return { inUseSince, ...(await replace(context, work, secret, { isIn, valid })) };
  account.seenTwice.forget(keyOf(secret));
  account.attempts.end(keyOf(secret));
  delete memory.nextLogin;
  // Only what the status says outlives a restart.
  const isOver = told !== undefined && told === inUseSince && now - fromRfc3339(told) >= valid;
  const remarks = isIn && hasFormer && isOver ? await dropFormerLogins(context, work, secret) : [];
  return { isNews: false, inUseSince, remarks };
}

/** Whether the function that writes to a store has got in as this user. */
const getsInAs = ({ view, doubts, awaitsHost }: StoreBelief, user: string): boolean =>
  reachableStore(view)?.user === user && doubts === 0 && !awaitsHost;

/** `told`: what the status says; `since`: when they were put into SSM. Where nothing was ever rotated, that is it. */
function usedSince({
  told,
  since,
  hasFormer,
  now,
}: {
  readonly told: string | undefined;
  readonly since: string;
  readonly hasFormer: boolean;
  readonly now: number;
}): string {
  if (told === undefined) return hasFormer ? rfc3339(now) : since;
  return fromRfc3339(told) >= fromRfc3339(since) ? told : rfc3339(now);
}

const keyOf = ({ outputs: { name } }: NodeOutcome) => `rotation of ${name}`;

/** `valid`: milliseconds for which the former are good after it. */
async function replace(
  { events }: Pick<Context, 'events'>,
  work: Work,
  secret: NodeOutcome,
  { isIn, valid }: { readonly isIn: boolean; readonly valid: number },
): Promise<Pick<Rotation, 'isNews' | 'remarks'>> {
  const { pipeline, account, memory } = work;
  const { attempts, seenTwice } = account;
  const key = keyOf(secret);
  const wish = `rotated for ${requestOf(pipeline)}`;
  if (seenTwice.secondsLeft(key, LAG) > 0) return { isNews: false, remarks: [] };
  if (!isIn)
    return waiting('it is done once the function that writes to the store answers with the present ones');
  if (!attempts.isDue(key, wish)) return waiting(judge(attempts.errorOf(key, wish)).message);
  try {
    const isDone = await exchange(work, secret);
    attempts.end(key);
    seenTwice.forget(key);
    delete memory.applied;
    delete memory.nextLogin;
    if (!isDone) return { isNews: true, remarks: [] };
  } catch (error) {
    attempts.note(key, wish, error);
    return waiting(judge(error).message);
  }
  events.record(pipeline, {
    type: 'Normal',
    reason: 'CredentialsRotated',
    action: 'RotateCredentials',
    message: `the credentials of the store are others from now on; those before them are good for ${valid / HOUR} hours more`,
  });
  return { isNews: true, remarks: [] };
}

/** Answers whether it was done: not where there are others than were seen. */
async function exchange(
  { pipeline, account, owner, memory }: Work,
  { node, outputs: { name = '', user = '' } }: NodeOutcome,
): Promise<boolean> {
  if (loginOf(await readSecret(account, name)).user !== user) return false;
  const request = requestOf(pipeline);
  const { nextLogin: last } = memory;
  // One that was made and could not be put into place is as good at the next try: else each would leave a user behind.
  const isSame = last?.before === user && last.request === request;
  const login = isSame ? last.login : newLogin(request, account.clock);
  memory.nextLogin = { before: user, request, login };
  const { store } = await askForLogins(account, owner, { addLogin: login });
  if (store.addedUser !== login.user)
    throw loginsRefused(store.objection ?? 'the function does not know how: its code is being brought up');
  const { description } = node.desired as { readonly description?: string };
  await changeSecret(account, { name, description }, secretOf(login));
  return true;
}

const requestOf = ({ metadata }: WebhookPipeline) => metadata.annotations?.[ANNOTATIONS.rotateCredentials];

/** `age`: of the credentials, in milliseconds. */
function isDue(
  pipeline: WebhookPipeline,
  { rotateAfterDays: days }: Credentials,
  user: string,
  age: number | undefined,
): boolean {
  const request = requestOf(pipeline);
  if (request !== undefined && !isMadeFor(user, request)) return true;
  return days !== undefined && age !== undefined && age >= days * DAY;
}

/** Milliseconds. */
const formerValid = ({ formerValidHours }: Credentials) => Math.max(LONGEST_RUN, formerValidHours * HOUR);

const waiting = (why: string): Pick<Rotation, 'isNews' | 'remarks'> => ({
  isNews: false,
  remarks: [loginsRemark(`the credentials of the store are to be rotated, and are not yet: ${why}`)],
});

const NOT_OURS: PartRemark = {
  part: 'Store',
  reason: 'RotationNotOurs',
  message: `the annotation ${ANNOTATIONS.rotateCredentials} is for managed stores: make a user in your own MongoDB, put it into the Secret of spec.store.external.uriSecretRef, which the function follows within a minute or two, and take the annotation off`,
};
