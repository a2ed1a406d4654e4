/** What AWS's errors mean, as sets of their names, and the errors that the operator makes of them. */

const NOT_FOUND = new Set([
  'NotFoundException',
  'ResourceNotFoundException',
  'NoSuchEntity',
  'NoSuchEntityException',
  'ProvisionedConcurrencyConfigNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'ParameterNotFound',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchVersion',
  'ResourceNotFound',
  'InvalidInstanceID.NotFound',
  'InvalidVolume.NotFound',
  'InvalidGroup.NotFound',
  'InvalidGroupId.NotFound',
  'InvalidVpcID.NotFound',
  'InvalidSubnetID.NotFound',
  'InvalidInternetGatewayID.NotFound',
  'InvalidRouteTableID.NotFound',
  'InvalidAssociationID.NotFound',
  'InvalidPermission.NotFound',
  'InvalidAttachment.NotFound',
  'Gateway.NotAttached',
]);

const ALREADY_EXISTS = new Set([
  'EntityAlreadyExists',
  'EntityAlreadyExistsException',
  'ResourceConflictException',
  'ResourceAlreadyExistsException',
  'ConflictException',
  'QueueNameExists',
  'QueueAlreadyExists',
  'ParameterAlreadyExists',
  'InvalidGroup.Duplicate',
  'InvalidPermission.Duplicate',
  'RouteAlreadyExists',
  'Resource.AlreadyAssociated',
  'VolumeInUse',
]);

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
]);

const ACCESS_DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'Client.UnauthorizedOperation',
  'AuthorizationError',
  'ForbiddenException',
]);

const BAD_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
]);

/** In use by something that is on its way out. */
const IN_USE = new Set([
  'DependencyViolation',
  'DeleteConflict',
  'DeleteConflictException',
  'ResourceInUseException',
  'InvalidGroup.InUse',
  'IncorrectState',
  'IncorrectInstanceState',
]);

const NO_CAPACITY = new Set([
  'InsufficientInstanceCapacity',
  'Server.InsufficientInstanceCapacity',
  'InsufficientCapacity',
  'Unsupported',
  'InstanceLimitExceeded',
  'VcpuLimitExceeded',
]);

/** Network errors of Node and of the SDK's HTTP handler. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'TimeoutError',
]);

/** Errors of JavaScript itself: a fault of ours. */
const INTERNAL = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** A refusal that only means "not yet". */
interface Delay {
  /** Name of the error. */
  readonly error: string;
  readonly message: RegExp;
  /** In words for the user. */
  readonly why: string;
  readonly seconds: number;
}

/** AWS has accepted something that its other services do not know so far. */
const NOT_YET: readonly Delay[] = [
  {
    error: 'InvalidParameterValueException',
    message: /cannot be assumed by Lambda/,
    why: 'a new role is not known to Lambda yet',
    seconds: 2,
  },
  {
    error: 'InvalidParameterValueException',
    message: /does not have permissions to call (ReceiveMessage|DeleteMessage|GetQueueAttributes) on SQS/,
    why: 'the rights of a new role are not known to Lambda yet',
    seconds: 2,
  },
  {
    error: 'InvalidParameterValueException',
    message: /does not have permissions to call CreateNetworkInterface on EC2/,
    why: 'the rights of a new role are not known to Lambda yet',
    seconds: 2,
  },
  {
    error: 'InvalidParameterValue',
    message: /Invalid IAM Instance Profile/i,
    why: 'a new instance profile is not known to EC2 yet',
    seconds: 2,
  },
  {
    error: 'ResourceConflictException',
    message: /(update|operation) is (currently )?in progress|in progress for resource|state: Pending/i,
    why: 'an earlier change of the function is still under way',
    seconds: 1,
  },
  {
    // "Alias with weights can not be used with Provisioned Concurrency."
    error: 'InvalidParameterValueException',
    message: /with weights.*provisioned concurrency/i,
    why: 'the alias of the function still moves to another version',
    seconds: 10,
  },
  { error: 'ResourceNotReadyException', message: /./, why: 'the function is being made ready', seconds: 2 },
  {
    error: 'QueueDeletedRecently',
    message: /./,
    why: 'a queue of this name was deleted less than a minute ago',
    seconds: 60,
  },
  {
    error: 'AWS.SimpleQueueService.QueueDeletedRecently',
    message: /./,
    why: 'a queue of this name was deleted less than a minute ago',
    seconds: 60,
  },
];

class ReasonedError extends Error {
  /** One word for the condition. */
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
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
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
}

function fieldsOf(error: unknown): ErrorFields {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), code: undefined, status: undefined };
  const { code, Code, $metadata } = error as Error & {
    code?: string;
    Code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return { name: error.name, message: error.message, code: Code ?? code, status: $metadata?.httpStatusCode };
}

function isOneOf(error: unknown, names: ReadonlySet<string>): boolean {
  const { name, code } = fieldsOf(error);
  return names.has(name) || (code !== undefined && names.has(code));
}

export const isNotFound = (error: unknown): boolean => isOneOf(error, NOT_FOUND);
export const isAlreadyExists = (error: unknown): boolean => isOneOf(error, ALREADY_EXISTS);
export const isThrottled = (error: unknown): boolean => isOneOf(error, THROTTLED);
const isInUse = (error: unknown): boolean => isOneOf(error, IN_USE);
export const isNoCapacity = (error: unknown): boolean => isOneOf(error, NO_CAPACITY);
const isAccessDenied = (error: unknown): boolean => isOneOf(error, ACCESS_DENIED);

/** What a call answers, or `undefined` where AWS says that there is no such thing. */
export async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Waits for a call for which "it is there already" is as good as success. */
export async function orPresent(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isAlreadyExists(error) || notYet(error)) throw error;
  }
}

/** Waits for a call for which "it is gone already" is as good as success. */
export async function orGone(call: Promise<unknown>): Promise<void> {
  await orAbsent(call);
}

function notYet(error: unknown): Delay | undefined {
  const { name, code, message } = fieldsOf(error);
  return NOT_YET.find(
    (delay) => (delay.error === name || delay.error === code) && delay.message.test(message),
  );
}

/** What the reconcile does about an error, and the words for the user. */
export type Judgement =
  | { readonly is: 'terminal'; readonly reason: string; readonly message: string }
  | { readonly is: 'requeue'; readonly seconds: number; readonly message: string }
  | { readonly is: 'backoff'; readonly reason: string; readonly message: string };

/** Judges an error of AWS. `action` is the IAM action that was called, such as "lambda:CreateFunction". */
export function judge(error: unknown, action?: string): Judgement {
  if (error instanceof TerminalError) return { is: 'terminal', reason: error.reason, message: error.message };
  if (error instanceof BackoffError) return { is: 'backoff', reason: error.reason, message: error.message };
  if (error instanceof RequeueAfter) return { is: 'requeue', seconds: error.seconds, message: error.message };
  const called = action ?? actionOf(error);
  const doing = called === undefined ? '' : `${called}: `;
  const { name, message, code } = fieldsOf(error);
  const delay = notYet(error);
  if (delay) return { is: 'requeue', seconds: delay.seconds, message: delay.why };
  if (isAccessDenied(error)) {
    return {
      is: 'backoff',
      reason: 'AccessDenied',
      message: `the operator lacks the right ${missingAction(message) ?? called ?? '(unnamed)'}: add it to the IAM policy of the operator (AWS says: ${message})`,
    };
  }
  if (isOneOf(error, BAD_CREDENTIALS)) {
    return {
      is: 'backoff',
      reason: 'CredentialsInvalid',
      message: `AWS does not accept the operator's credentials: give it valid ones, by IRSA, EKS Pod Identity or environment (${name}: ${message})`,
    };
  }
  if (isThrottled(error))
    return { is: 'backoff', reason: 'Throttled', message: `${doing}AWS asks for fewer calls (${name})` };
  if (isInUse(error)) return { is: 'requeue', seconds: 5, message: `${doing}still in use (${message})` };
  if (isOneOf(error, UNREACHABLE)) {
    return {
      is: 'backoff',
      reason: 'AWSUnreachable',
      message: `${doing}AWS cannot be reached: check the network of the operator, its region and AWS_ENDPOINT_URL (${code ?? name}: ${message})`,
    };
  }
  const reason = INTERNAL.has(name) ? 'InternalError' : 'AWSError';
  return { is: 'backoff', reason, message: `${doing}${name}: ${message}` };
}

/** IAM writes "… is not authorized to perform: lambda:CreateFunction on resource …". */
function missingAction(message: string): string | undefined {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1];
}

const ACTION = Symbol('nami.aws.action');

/** Notes on an error which IAM action was called, for {@link judge}. */
export function withAction(error: unknown, action: string): unknown {
  if (error instanceof Error) Object.defineProperty(error, ACTION, { value: action, configurable: true });
  return error;
}

function actionOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as Error & { [ACTION]?: string })[ACTION] : undefined;
}
