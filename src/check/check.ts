import type { Account } from '../aws/account/account.ts';
import { type Judgement, judge } from '../aws/account/errors.ts';
import { PROBES } from './probes.ts';
import { type Place, wantedRights } from './rights.ts';
import { deniedBySimulation, principalOf } from './simulate.ts';

export type Settings = Omit<Place, 'partition' | 'region' | 'accountId'>;

/** Of each right that the operator needs, whether it is there. */
export interface Findings {
  /** By action. */
  readonly present: readonly string[];
  /** By action, with what AWS says. */
  readonly missing: ReadonlyMap<string, string>;
  /** By action: AWS did not answer. */
  readonly unanswered: ReadonlyMap<string, string>;
  /** By action: nothing harmless tells. */
  readonly unknown: readonly string[];
  /** Why IAM's simulator, which knows all, was not of help. */
  readonly withoutSimulation?: string;
}

/**
 * Looks which of the operator's rights in AWS are there, and changes nothing: by harmless requests, which are held against
 * all policies that there are; and by IAM's simulator for the rest, where it may be asked.
 */
export async function checkRights(account: Account, settings: Settings): Promise<Findings> {
  const { partition, region, accountId } = account;
  const wanted = wantedRights({ ...settings, partition, region, accountId });
  const actions = [...new Set(wanted.flatMap((rights) => rights.actions))].sort();
  const simulated = await simulate(account, wanted);
  const present: string[] = [];
  const missing = new Map<string, string>();
  const unanswered = new Map<string, string>();
  const unknown: string[] = [];
  for (const action of actions) {
    const answer = await probe(account, settings, action);
    if (answer?.is === 'denied') missing.set(action, answer.message);
    else if (answer?.is === 'unanswered') unanswered.set(action, answer.message);
    else if ('denied' in simulated && simulated.denied.has(action))
      missing.set(action, `IAM's simulator says that the policies of ${simulated.principal} don't allow it`);
    else if (answer?.is === 'allowed' || 'denied' in simulated) present.push(action);
    else unknown.push(action);
  }
  const why = 'why' in simulated ? { withoutSimulation: simulated.why } : {};
  return { present, missing, unanswered, unknown, ...why };
}

type Simulated =
  | { readonly denied: ReadonlySet<string>; readonly principal: string }
  | { readonly why: string };

async function simulate(account: Account, wanted: ReturnType<typeof wantedRights>): Promise<Simulated> {
  try {
    const principal = await principalOf(account.iam, account.callerArn);
    return { denied: await deniedBySimulation(account.iam, principal, wanted), principal };
  } catch (error) {
    return { why: judge(error).message };
  }
}

type Answer =
  | { readonly is: 'allowed' }
  | { readonly is: 'denied' | 'unanswered'; readonly message: string }
  | undefined;

/** AWS refuses what is not allowed before it complains of what is asked for. */
async function probe(account: Account, { iamPath }: Settings, action: string): Promise<Answer> {
  const ask = PROBES[action];
  if (ask === undefined) return undefined;
  try {
    await ask({ account, iamPath });
    return { is: 'allowed' };
  } catch (error) {
    return answerOf(judge(error));
  }
}

function answerOf(judgement: Judgement): Answer {
  if (judgement.is === 'requeue') return { is: 'allowed' };
  const { reason, message } = judgement;
  if (reason === 'AccessDenied' || reason === 'DeniedByPolicy') return { is: 'denied', message };
  if (reason === 'AWSUnreachable' || reason === 'CredentialsInvalid') return { is: 'unanswered', message };
  // Too many calls, or a fault of ours: nothing is known.
  if (reason === 'Throttled' || reason === 'InternalError') return undefined;
  return { is: 'allowed' };
}
