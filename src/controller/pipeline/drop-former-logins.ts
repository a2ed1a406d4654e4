import { judge } from '../../aws/account/errors.ts';
import { readSecret } from '../../aws/calls/store-secret.ts';
import type { NodeOutcome } from '../../aws/graph/apply.ts';
import { loginOf } from '../../store-login.ts';
import type { Context } from '../context.ts';
import type { Subject } from '../input/gather.ts';
import type { PartRemark } from '../report/conditions.ts';
import { askForLogins, loginsRefused, loginsRemark } from './ask-for-logins.ts';
import { believe } from './store-belief.ts';

/** Former users go where the function, and SSM, have the present one. Answers what keeps them. */
export async function dropFormerLogins(
  { events }: Pick<Context, 'events'>,
  { pipeline, account, owner, memory }: Pick<Subject, 'pipeline' | 'account' | 'owner' | 'memory'>,
  secret: NodeOutcome,
): Promise<PartRemark[]> {
  const { attempts, clock } = account;
  const { name = '', user = '' } = secret.outputs;
  const key = `users before ${user} of ${name}`;
  const stays = (error: unknown) => [
    loginsRemark(`the credentials from before the last rotation are still good: ${judge(error).message}`),
  ];
  if (!attempts.isDue(key, 'dropped')) return stays(attempts.errorOf(key, 'dropped'));
  try {
    if (loginOf(await readSecret(account, name)).user !== user) {
      delete memory.applied;
      return [];
    }
    const { probe, store } = await askForLogins(account, owner, { dropLoginsBefore: user });
    if (store.hasFormerLogins) throw loginsRefused(store.objection ?? 'they are to be dropped');
    memory.store = believe(memory.store, { is: 'reachable', probe, at: clock.now() }, clock.now());
    attempts.end(key);
  } catch (error) {
    attempts.note(key, 'dropped', error);
    return stays(error);
  }
  events.record(pipeline, {
    type: 'Normal',
    reason: 'FormerCredentialsDropped',
    action: 'RotateCredentials',
    message: 'the credentials of the store from before its last rotation are good no more',
  });
  return [];
}
