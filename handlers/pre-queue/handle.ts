import { isProbe, type PreQueueProbe, REFUSED_METRIC } from '../contract.ts';
import { embeddedMetric } from '../embedded-metric.ts';
import { errorText, type Log } from '../log.ts';
import { type GatewayEvent, type GatewayResponse, toRawRequest } from './gateway-event.ts';
import { receive } from './receive.ts';
import { acceptance, answer, type RefusalReason, refusal } from './responses.ts';
import type { PreQueueConfiguration } from './settings.ts';

export interface PreQueueDependencies {
  readonly configuration: PreQueueConfiguration;
  readonly sendMessage: (body: string) => Promise<void>;
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
  const { configuration, now, log, functionName } = dependencies;
  const codes = configuration.kind === 'ready' ? configuration.settings.response : DEFAULT_CODES;

  return async (event: unknown): Promise<GatewayResponse | PreQueueProbe> => {
    if (isProbe(event)) {
      return { nami: 'pre-queue', problems: configuration.kind === 'broken' ? configuration.problems : [] };
    }
    const gatewayEvent = event as GatewayEvent;
    const outcome = await take(gatewayEvent, dependencies);
    return outcome.kind === 'response' ? outcome.response : refuse(gatewayEvent, outcome);
  };

  function refuse(event: GatewayEvent, { reason, error }: Refusal): GatewayResponse {
    const response = refusal(reason, codes);
    log({
      level: response.statusCode >= 500 ? 'error' : 'warn',
      message: 'delivery not accepted',
      requestId: event.requestContext?.requestId,
      statusCode: response.statusCode,
      error: error === undefined ? undefined : errorText(error),
      ...embeddedMetric(REFUSED_METRIC, 'Count', 1, { FunctionName: functionName, Reason: reason }, now()),
    });
    // RFC 9110, section 9.3.2: the answer to HEAD has no content.
    return event.httpMethod === 'HEAD' ? { ...response, body: '' } : response;
  }
}

interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  readonly error?: unknown;
}

type Outcome = Refusal | { readonly kind: 'response'; readonly response: GatewayResponse };

async function take(
  event: GatewayEvent,
  { configuration, sendMessage, now, newId }: PreQueueDependencies,
): Promise<Outcome> {
  if (configuration.kind === 'broken') return { kind: 'refused', reason: 'settings-broken' };
  const { settings } = configuration;
  let message: string;
  try {
    const request = toRawRequest(event);
    if (request === undefined) return { kind: 'refused', reason: 'body-malformed' };
    const receipt = receive(request, settings, now(), newId());
    if (receipt.kind === 'refused') return receipt;
    if (receipt.kind === 'answer') return { kind: 'response', response: answer(receipt.answer) };
    message = receipt.message;
  } catch (error) {
    return { kind: 'refused', reason: 'internal-error', error };
  }
  try {
    await sendMessage(message);
  } catch (error) {
    return { kind: 'refused', reason: 'enqueue-failed', error };
  }
  return { kind: 'response', response: acceptance(settings.response) };
}
