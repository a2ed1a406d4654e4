import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  type PostQueueProbe,
  PROBE_EVENT,
  type PreQueueProbe,
  type ProbeEvent,
  withoutCredentials,
} from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { TerminalError } from '../account/errors.ts';

export type Probe = PreQueueProbe | PostQueueProbe;

/** Errors of the Lambda runtime that mean: this code will never load. (Lambda: error types of the Node.js runtime.) */
const CODE_ERRORS =
  /^(Runtime\.(ImportModuleError|HandlerNotFound|UserCodeSyntaxError|MalformedHandlerName|UserCodeLoadError)|SyntaxError|ReferenceError|TypeError)$/;

/** A function was invoked and failed. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';
  /** It came to no end in its time: its code may be the cause, or what it waited for. */
  readonly timedOut: boolean;

  constructor(message: string, timedOut: boolean) {
    super(message);
    this.timedOut = timedOut;
  }
}

/**
 * Asks a function how it is. `qualifier` is a version or an alias; `more`: what it is asked for beside.
 * Throws TerminalError `CodeInvalid` when its code doesn't load, and {@link FunctionFailure} when it fails otherwise.
 */
export async function probe(
  account: Account,
  functionName: string,
  qualifier: string,
  more: Omit<ProbeEvent, 'nami'> = {},
): Promise<Probe> {
  const { FunctionError, Payload } = await account.invocations.send(
    new InvokeCommand({
      FunctionName: functionName,
      Qualifier: qualifier,
      Payload: Buffer.from(JSON.stringify({ ...PROBE_EVENT, ...more })),
    }),
  );
  const text = Payload ? Buffer.from(Payload).toString() : '';
  if (FunctionError !== undefined) throw functionError(functionName, text);
  const answer: unknown = JSON.parse(text || 'null');
  if (!isProbeAnswer(answer)) {
    throw new TerminalError(
      'CodeInvalid',
      `${functionName} does not answer its check: ${withoutCredentials(text).slice(0, 200)}`,
    );
  }
  return answer;
}

function isProbeAnswer(answer: unknown): answer is Probe {
  return typeof answer === 'object' && answer !== null && 'nami' in answer && 'problems' in answer;
}

function functionError(functionName: string, text: string): Error {
  const { errorType = 'Error', errorMessage = text } = parseError(text);
  const message = `${functionName} failed its check: ${errorType}: ${withoutCredentials(errorMessage).slice(0, 500)}`;
  return CODE_ERRORS.test(errorType)
    ? new TerminalError('CodeInvalid', message)
    : new FunctionFailure(message, /timed ?out/i.test(`${errorType} ${errorMessage}`));
}

function parseError(text: string): { errorType?: string; errorMessage?: string } {
  try {
    return JSON.parse(text) as { errorType?: string; errorMessage?: string };
  } catch {
    return { errorMessage: text };
  }
}
