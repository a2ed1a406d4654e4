import type { Reason } from '../../reason.ts';
import { denialOf, isTagRefusal } from './denial.ts';
import {
  ACCESS_DENIED,
  ALREADY_EXISTS,
  BAD_CREDENTIALS,
  CHANGED_LATELY,
  type Codes,
  type Delay,
  DRY_RUN,
  IN_USE,
  NO_CAPACITY,
  NOT_FOUND,
  NOT_YET,
  type Service,
  THROTTLED,
  TOKEN_SPENT,
  UNREACHABLE,
} from './error-codes.ts';

/** What is to be done about AWS's errors, and the errors that the operator makes of them. */

/** Errors of JavaScript itself: a fault of ours. */
const INTERNAL = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

class ReasonedError extends Error {
  /** One word for the condition. */
  readonly reason: Reason;
  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The user must act: retrying the same thing cannot help. */
export class TerminalError extends ReasonedError {
  override readonly name = 'TerminalError';
}

/** Nothing the user must do at once, but no quick retry helps either. */
export class BackoffError extends ReasonedError {
  override readonly name = 'BackoffError';
}

/** Nothing is wrong: look again in `seconds`. */
export class RequeueAfter extends Error {
  override readonly name = 'RequeueAfter';
  readonly seconds: number;
  constructor(seconds: number, why: string, options?: ErrorOptions) {
    super(why, options);
    this.seconds = seconds;
  }
}

interface ErrorFields {
  /** Both of them: EC2 and others name the code apart from the class. */
  readonly names: readonly string[];
  readonly message: string;
}

function fieldsOf(error: unknown): ErrorFields {
  if (!(error instanceof Error)) return { names: ['Error'], message: String(error) };
  const { code, Code } = error as Error & { code?: string; Code?: string };
  return { names: [Code ?? code, error.name].filter((name) => name !== undefined), message: error.message };
}

/** Whether an error is one of these of its service; one whose service is not known may be of any. */
function isOneOf(error: unknown, codes: Codes): boolean {
  const { names, message } = fieldsOf(error);
  const service = serviceOf(error);
  const own = service === undefined ? Object.values(codes) : [codes[service] ?? [], codes.any ?? []];
  return own
    .flat()
    .some((each) =>
      typeof each === 'string'
        ? names.includes(each)
        : names.includes(each.code) && each.message.test(message),
    );
}

export const isNotFound = (error: unknown): boolean => isOneOf(error, NOT_FOUND);
export const isAlreadyExists = (error: unknown): boolean => isOneOf(error, ALREADY_EXISTS);
export const isThrottled = (error: unknown): boolean => isOneOf(error, THROTTLED);
export const isInUse = (error: unknown): boolean => isOneOf(error, IN_USE);
export const isNoCapacity = (error: unknown): boolean => isOneOf(error, NO_CAPACITY);
export const isChangedLately = (error: unknown): boolean => isOneOf(error, CHANGED_LATELY);
export const isDryRun = (error: unknown): boolean => isOneOf(error, DRY_RUN);
export const isTokenSpent = (error: unknown): boolean => isOneOf(error, TOKEN_SPENT);
export const isAccessDenied = (error: unknown): boolean => isOneOf(error, ACCESS_DENIED);

/** What a call answers, or `undefined` where AWS says that there is no such thing. */
export async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** What is said of an object that is listed; RequeueAfter where AWS says in the same breath that it is not there. */
export async function unlessUnsettled<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new RequeueAfter(1, 'is listed, and AWS does not know it so far or any more', { cause: error });
  }
}

/** What a creation answers; RequeueAfter where there is such an object already, since a later look finds it. */
export async function unlessThere<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    throw new RequeueAfter(1, 'is there already, and AWS does not list it yet', { cause: error });
  }
}

/** What a call answers for which "it is there already" is as good as success; `undefined` where it is. */
export async function orPresent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return undefined;
  }
}

/** Waits for a call for which "it is gone already" is as good as success. */
export async function orGone(call: Promise<unknown>): Promise<void> {
  await orAbsent(call);
}

const EARLIER = Symbol('nami.aws.earlier');

/** Notes on an error of a call that was repeated that it may have worked before: the SDK throws the last error alone. */
export function afterUncertain(error: unknown): unknown {
  if (error instanceof Error) Object.defineProperty(error, EARLIER, { value: true, configurable: true });
  return error;
}

/** Whether a call may have worked although it failed: an answer was lost, or AWS itself stumbled. */
export function mayHaveWorked(error: unknown): boolean {
  const { $metadata, [EARLIER]: isUncertain = false } = error as {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly [EARLIER]?: true;
  };
  return isUncertain || ($metadata?.httpStatusCode ?? 0) >= 500 || isOneOf(error, UNREACHABLE);
}

/** The codes that mean something to the operator: what it tells of errors in figures is one of them. */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...[
    ACCESS_DENIED,
    ALREADY_EXISTS,
    BAD_CREDENTIALS,
    CHANGED_LATELY,
    DRY_RUN,
    IN_USE,
    NOT_FOUND,
    NO_CAPACITY,
    THROTTLED,
    TOKEN_SPENT,
    UNREACHABLE,
  ]
    .flatMap((codes) => Object.values(codes).flat())
    .map((code) => (typeof code === 'string' ? code : code.code)),
  ...NOT_YET.map(({ code }) => code),
]);

/** The code of an error, out of a bounded set: "Other" where the operator does not know it. */
export const codeOf = (error: unknown): string =>
  fieldsOf(error).names.find((name) => KNOWN_CODES.has(name)) ?? 'Other';

function notYet(error: unknown): Delay | undefined {
  const { names, message } = fieldsOf(error);
  const service = serviceOf(error);
  return NOT_YET.find(
    (delay) =>
      (service === undefined || delay.service === service) &&
      names.includes(delay.code) &&
      (delay.message?.test(message) ?? true),
  );
}

/** What the reconcile does about an error, and the words for the user. */
export type Judgement =
  | { readonly is: 'terminal'; readonly reason: Reason; readonly message: string }
  | { readonly is: 'requeue'; readonly seconds: number; readonly message: string }
  | { readonly is: 'backoff'; readonly reason: Reason; readonly message: string };

/** Judges an error of AWS. */
export function judge(error: unknown): Judgement {
  if (error instanceof TerminalError) return { is: 'terminal', reason: error.reason, message: error.message };
  if (error instanceof BackoffError) return { is: 'backoff', reason: error.reason, message: error.message };
  if (error instanceof RequeueAfter) return { is: 'requeue', seconds: error.seconds, message: error.message };
  const called = actionOf(error);
  const doing = called === undefined ? '' : `${called}: `;
  const { names, message } = fieldsOf(error);
  const [code = 'Error'] = names;
  const delay = notYet(error);
  if (delay) return { is: 'requeue', seconds: delay.seconds, message: delay.why };
  if (isAccessDenied(error) || isTagRefusal(message)) {
    return { is: 'backoff', ...denialOf(message, called) };
  }
  if (isOneOf(error, BAD_CREDENTIALS)) {
    return {
      is: 'backoff',
      reason: 'CredentialsInvalid',
      message: `AWS does not accept the operator's credentials: give it valid ones, by IRSA, EKS Pod Identity or environment (${code}: ${message})`,
    };
  }
  if (isThrottled(error))
    return { is: 'backoff', reason: 'Throttled', message: `${doing}AWS asks for fewer calls (${code})` };
  if (isInUse(error)) return { is: 'requeue', seconds: 1, message: `${doing}still in use (${message})` };
  if (isOneOf(error, UNREACHABLE)) {
    return {
      is: 'backoff',
      reason: 'AWSUnreachable',
      message: `${doing}AWS cannot be reached: check the network of the operator, its proxy (HTTPS_PROXY, NO_PROXY), its region and AWS_ENDPOINT_URL (${code}: ${message})`,
    };
  }
  const reason = INTERNAL.has(error instanceof Error ? error.name : '') ? 'InternalError' : 'AWSError';
  return { is: 'backoff', reason, message: `${doing}${code}: ${message}` };
}

const ACTION = Symbol('nami.aws.action');

/** Notes on an error which IAM action was called, such as "lambda:CreateFunction": what it means depends on that. */
export function withAction(error: unknown, action: string): unknown {
  if (error instanceof Error) Object.defineProperty(error, ACTION, { value: action, configurable: true });
  return error;
}

/** What an answer has to hold: one that lacks it says neither that something is there nor that it is not. */
export function told<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new BackoffError('AWSError', `AWS answered, and did not say ${what}`);
  return part;
}

/** Whether an error is what a call of AWS came to. */
export const isOfCall = (error: unknown): boolean => actionOf(error) !== undefined;

/** The service that an error came from, by the action that was called. */
const serviceOf = (error: unknown): Service | undefined =>
  actionOf(error)?.split(':')[0] as Service | undefined;

function actionOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as Error & { [ACTION]?: string })[ACTION] : undefined;
}
