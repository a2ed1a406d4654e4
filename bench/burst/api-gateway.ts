import type { Delivery } from '../../local/github-deliveries.ts';
import { gatewayEvent } from '../gateway-event.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** API Gateway waits no longer for a function (AWS: API Gateway quotas, "Integration timeout"). */
const INTEGRATION_TIMEOUT_SECONDS = 29;
/** What the operator's gateway responses make of throttling and of failed integrations. */
const UNAVAILABLE = 503;

/** A REST API with the function behind it: answers a delivery with a status code. */
export async function deliver(delivery: Delivery, preQueue: LambdaFunction): Promise<number> {
  const late = Promise.withResolvers<number>();
  const timer = setTimeout(() => late.resolve(UNAVAILABLE), INTEGRATION_TIMEOUT_SECONDS * 1000);
  try {
    return await Promise.race([integration(delivery, preQueue), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function integration(delivery: Delivery, preQueue: LambdaFunction): Promise<number> {
  const result = await preQueue.invoke(JSON.stringify(gatewayEvent(delivery)));
  if (result.kind !== 'response') return UNAVAILABLE;
  const { statusCode } = JSON.parse(result.text) as { statusCode?: number };
  return statusCode ?? UNAVAILABLE;
}
