/** What the SDK throws for an error of AWS. */
export class AwsError extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string };

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.$fault = status < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode: status, requestId: 'simulated' };
  }
}

/** What Node throws for a connection that broke. */
export const connectionReset = (): Error =>
  Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', $metadata: { attempts: 3 } });

const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
]);

/** Whether the SDK repeats a call that failed so. (AWS SDKs and Tools Reference Guide: "Retry behavior".) */
export function isRepeated(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ((error as Error & { code?: string }).code === 'ECONNRESET') return true;
  return THROTTLED.has(error.name) || (error instanceof AwsError && error.$metadata.httpStatusCode >= 500);
}
