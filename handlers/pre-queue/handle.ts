import { isProbe, type PreQueueProbe, REFUSED_METRIC, UNWANTED_METRIC } from '../contract.ts';
import { embeddedMetric } from '../embedded-metric.ts';
import { type LambdaContext, timeToWork } from '../lambda-context.ts';
import { errorFields, type Log } from '../log.ts';
import { type FindOwnCode, OwnCodeError } from '../own-code/load.ts';
import type { PreQueueCode } from '../own-code/pre-queue.ts';
import { messagesOf, problemsOf } from '../problems.ts';
import { consult } from './consult.ts';
import { type GatewayEvent, type GatewayResponse, toRawRequest } from './gateway-event.ts';
import { type Receipt, receive } from './receive.ts';
import { acceptance, answer, type RefusalReason, refusal } from './responses.ts';
import type { SenderCalls } from './sender-calls.ts';
import { SenderError } from './sender-error.ts';
import type { PreQueueConfiguration } from './settings.ts';

export interface PreQueueDependencies {
  readonly configuration: PreQueueConfiguration;
  readonly code: FindOwnCode<PreQueueCode>;
  /** Of a source that asks its sender. */
  readonly senderCalls?: SenderCalls | undefined;
  /** Fails if the queue hasn't it in so many milliseconds. */
  readonly sendMessage: (body: string, milliseconds: number) => Promise<void>;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly log: Log;
  readonly functionName: string;
}

/** Settings that can't be read have no codes to answer with. */
const DEFAULT_CODES = { rejectedStatusCode: 401, unavailableStatusCode: 503 };

/**
 * The pre-queue function: says that a delivery is accepted only once the queue has it, and answers whatever goes wrong
 * on our side so that the sender tries again.
 */
export function preQueueHandler(dependencies: PreQueueDependencies) {
  const { configuration, code, now, log, functionName } = dependencies;
  const codes = configuration.kind === 'ready' ? configuration.settings.response : DEFAULT_CODES;

  return async (event: unknown, lambda: LambdaContext): Promise<GatewayResponse | PreQueueProbe> => {
    if (isProbe(event)) return { nami: 'pre-queue', problems: problemsOf(configuration, await code()) };
    const gatewayEvent = event as GatewayEvent;
    const outcome = await take(gatewayEvent, lambda, dependencies);
    if (outcome.kind === 'response' && outcome.isUnwanted) {
      log({
        level: 'info',
        message: 'event not wanted',
        requestId: gatewayEvent.requestContext?.requestId,
        ...embeddedMetric(UNWANTED_METRIC, 'Count', 1, { FunctionName: functionName }, now()),
      });
    }
    const response = outcome.kind === 'response' ? outcome.response : refuse(gatewayEvent, outcome);
    // RFC 9110, section 9.3.2: the answer to HEAD has no content.
    return gatewayEvent.httpMethod === 'HEAD' ? { ...response, body: '' } : response;
  };

  function refuse(event: GatewayEvent, { reason, error }: Refusal): GatewayResponse {
    const response = refusal(reason, codes);
    log({
      level: response.statusCode >= 500 && reason !== 'endpoint-disabled' ? 'error' : 'warn',
      message: 'delivery not accepted',
      requestId: event.requestContext?.requestId,
      statusCode: response.statusCode,
      ...(error !== undefined && errorFields(error)),
      ...embeddedMetric(REFUSED_METRIC, 'Count', 1, { FunctionName: functionName, Reason: reason }, now()),
    });
    return response;
  }
}

interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly error?: unknown;
}

type Outcome =
  | Refusal
  | { readonly kind: 'response'; readonly response: GatewayResponse; readonly isUnwanted: boolean };

async function take(
  event: GatewayEvent,
  lambda: LambdaContext,
  { configuration, code, senderCalls, sendMessage, now, newId }: PreQueueDependencies,
): Promise<Outcome> {
  if (configuration.kind === 'broken') return { kind: 'refused', reason: 'settings-broken' };
  const { settings } = configuration;
  if (settings.response.disabledStatusCode !== undefined)
    return { kind: 'refused', reason: 'endpoint-disabled' };
  let receipt: Receipt;
  try {
    const own = await code({ retry: true });
    if (own.kind === 'broken') throw new OwnCodeError(messagesOf(own.problems));
    const request = toRawRequest(event);
    if (request === undefined) return { kind: 'refused', reason: 'body-malformed' };
    const certificate = await senderCalls?.certificateOf(request, settings.source, timeToWork(lambda));
    receipt = await consult(
      own.exports,
      request,
      receive(request, settings, now(), newId(), certificate),
      settings,
      lambda,
    );
    if (receipt.kind === 'answer' && receipt.answer.visit !== undefined)
      await senderCalls?.visit(receipt.answer.visit, timeToWork(lambda));
  } catch (error) {
    return { kind: 'refused', reason: reasonOf(error), error };
  }
  if (receipt.kind === 'refused') return receipt;
  const isUnwanted = receipt.kind === 'accepted' && receipt.isUnwanted;
  if (receipt.kind === 'accepted' && !isUnwanted) {
    try {
      await sendMessage(receipt.message, timeToWork(lambda));
    } catch (error) {
      return { kind: 'refused', reason: 'enqueue-failed', error };
    }
  }
  return {
    kind: 'response',
    isUnwanted,
    response: receipt.answer ? answer(receipt.answer) : acceptance(settings.response),
  };
}

function reasonOf(error: unknown): RefusalReason {
  if (error instanceof OwnCodeError) return 'own-code-failed';
  return error instanceof SenderError ? 'sender-unreachable' : 'internal-error';
}
