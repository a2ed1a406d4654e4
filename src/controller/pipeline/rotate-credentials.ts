import { ANNOTATIONS, type WebhookPipeline, type WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { isOfCall, judge } from '../../aws/account/errors.ts';
import { probe } from '../../aws/calls/probe.ts';
import { changeSecret, readSecret } from '../../aws/calls/store-secret.ts';
import type { Outcome } from '../../aws/graph/apply.ts';
import { fromRfc3339 } from '../../clock.ts';
import { ALIAS, DATA_VOLUME, functionName } from '../../plan/identity.ts';
import { isMadeFor, loginOf, newLogin, secretOf } from '../../store-login.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import type { PartRemark } from '../report/conditions.ts';
import { nodeOf } from '../report/nodes.ts';
import { reachableStore } from './store-belief.ts';

/** What came of a look at the credentials of a store. */
export interface Rotation {
  /** They are others now: what was planned with those before is so no more. */
  readonly isNews: boolean;
  /** Why they are not yet others. */
  readonly remarks: readonly PartRemark[];
}

type Credentials = NonNullable<WebhookPipelineSpec['store']['managed']>['credentials'];

/** Seconds that a read of SSM may lag behind a write: what was changed a moment ago is not changed again for it. */
const LAG = 30;
const DAY = 86_400_000;
const HOUR = 3_600_000;
/** What a batch may take that was begun with the login before. (Lambda quotas: time-out.) */
const LONGEST_RUN = 900_000;
const UNCHANGED: Rotation = { isNews: false, remarks: [] };

/**
 * Gives a managed store other credentials when its pipeline's annotation asks for that, or when they are of a certain age. A new user
 * of the database is made beside the present one and tried; then its login takes the place of the other in SSM, from where
 * the plan brings it to the function; and when nobody needs it any more, the user before goes. No login that is in use is ever changed:
 * one that was made and not put into place, as after a crash, goes with the former ones.
 */
export async function rotateCredentials(
  { events }: Pick<Context, 'events'>,
  subject: Pick<Subject, 'pipeline' | 'spec' | 'account' | 'owner' | 'memory'>,
  outcome: Outcome,
): Promise<Rotation> {
  const { pipeline, spec, account, memory } = subject;
  const { managed } = spec.store;
  const secret = nodeOf(outcome, 'Parameter', 'store-password');
  const { name = '', user = '', since } = secret?.outputs ?? {};
  if (!managed || user === '') return UNCHANGED;
  const volume = nodeOf(outcome, 'Volume', DATA_VOLUME);
  // Where another volume takes its place, the database that answers so far is not the one that the secret is for.
  if (volume?.state !== 'Ready' && !volume?.stands) return UNCHANGED;
  const { clock, seenTwice } = account;
  const key = `rotation of ${name}`;
  const age = since === undefined ? undefined : clock.now() - fromRfc3339(since);
  const store = reachableStore(memory.store.view);
  const isIn = store?.user === user && memory.store.doubts === 0 && !memory.store.awaitsHost;
  try {
    if (isDue(pipeline, managed.credentials, user, age)) {
      if (seenTwice.secondsLeft(key, LAG) > 0) return UNCHANGED;
      if (!isIn)
        return waiting('it is done once the function that writes to the store answers with the present ones');
      const objection = await exchange(subject, name, user);
      if (objection !== undefined) return waiting(objection);
      seenTwice.forget(key);
      delete memory.applied;
      const hours = formerValid(managed.credentials) / HOUR;
      events.record(pipeline, {
        type: 'Normal',
        reason: 'CredentialsRotated',
        action: 'RotateCredentials',
        message: `the credentials of the store are others from now on; those before them are good for ${hours} hours more`,
      });
      return { isNews: true, remarks: [] };
    }
    seenTwice.forget(key);
    const isOver = age !== undefined && age >= formerValid(managed.credentials);
    if (isIn && store?.hasFormerLogins && isOver) await drop(subject, name, user);
    return UNCHANGED;
  } catch (error) {
    if (!isOfCall(error)) throw error;
    return waiting(judge(error).message);
  }
}

/** Answers what stood in the way. */
async function exchange(
  { pipeline, account, owner }: Pick<Subject, 'pipeline' | 'account' | 'owner'>,
  name: string,
  user: string,
): Promise<string | undefined> {
  if (loginOf(await readSecret(account, name)).user !== user) return 'somebody else is at it';
  const addLogin = newLogin(requestOf(pipeline), (count) => account.clock.randomBytes(count));
  const answer = await probe(account, functionName(owner, 'post-queue'), ALIAS, { addLogin });
  if (answer.nami !== 'post-queue') return `the answer is of ${answer.nami}`;
  if (!answer.store.reachable) return answer.store.error;
  if (answer.store.addedUser !== addLogin.user)
    return answer.store.objection ?? 'the function does not know how: its code is being brought up';
  await changeSecret(account, name, secretOf(addLogin));
  return undefined;
}

/** Former users go where the function, and SSM, have the present one. */
async function drop(
  { account, owner }: Pick<Subject, 'account' | 'owner'>,
  name: string,
  user: string,
): Promise<void> {
  if (loginOf(await readSecret(account, name)).user !== user) return;
  await probe(account, functionName(owner, 'post-queue'), ALIAS, { dropLoginsBefore: user });
}

const requestOf = ({ metadata }: WebhookPipeline) => metadata.annotations?.[ANNOTATIONS.rotateCredentials];

/** `age`: of the credentials, in milliseconds. */
function isDue(
  pipeline: WebhookPipeline,
  credentials: Credentials,
  user: string,
  age: number | undefined,
): boolean {
  const request = requestOf(pipeline);
  if (request !== undefined && !isMadeFor(user, request)) return true;
  const { rotateAfterDays: days } = credentials;
  return days !== undefined && age !== undefined && age >= days * DAY;
}

/** Milliseconds. */
const formerValid = ({ formerValidHours }: Credentials) => Math.max(LONGEST_RUN, formerValidHours * HOUR);

const waiting = (why: string): Rotation => ({
  isNews: false,
  remarks: [
    {
      part: 'Store',
      reason: 'RotationWaits',
      message: `the credentials of the store are to be rotated, and are not yet: ${why}`,
    },
  ],
});
