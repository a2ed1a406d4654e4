/** The burst of the original, and what Lambda gives to one (AWS: Lambda quotas; Lambda function scaling). */
export const ORIGINAL_REQUESTS_A_SECOND = 5000;
export const LAMBDA_EXECUTIONS = 1000;
export const LAMBDA_NEW_EXECUTIONS = 1000;
export const LAMBDA_NEW_EXECUTIONS_SECONDS = 10;

/** Lambda's numbers, as many times smaller as the burst is. */
export interface Scale {
  /** The burst is 1:`divisor` of the original's. */
  readonly divisor: number;
  /** Environments of one function that may exist at a time. */
  readonly executions: number;
  /** Environments that may be added in each ten seconds. */
  readonly newExecutions: number;
}

/**
 * Load and environments in the same proportion, so that each environment has as much to do as it would have in Lambda;
 * fewer where memory carries no more.
 */
export function scaleFor(rate: number, environmentsInMemory: number): Scale {
  const divisor = Math.max(1, ORIGINAL_REQUESTS_A_SECOND / rate, LAMBDA_EXECUTIONS / environmentsInMemory);
  const scaled = (value: number) => Math.max(1, Math.round(value / divisor));
  return { divisor, executions: scaled(LAMBDA_EXECUTIONS), newExecutions: scaled(LAMBDA_NEW_EXECUTIONS) };
}
