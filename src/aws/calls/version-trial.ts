import { PublishVersionCommand } from '@aws-sdk/client-lambda';
import { REVISION_ENV } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { BackoffError, RequeueAfter, TerminalError } from '../account/errors.ts';
import { FunctionFailure, probe } from './probe.ts';

/** A version of a function that is to take traffic. */
export interface Candidate {
  readonly functionName: string;
  /** Revision of the function that is wanted. */
  readonly revision: string;
  /** What each secret of the function is to the user, such as "key token of Secret github", for messages. */
  readonly secretNames: readonly string[];
  /** Where the user's own code in the function comes from, for messages; absent without. */
  readonly ownCode?: string;
}

/** A version that can serve. */
export interface TriedVersion {
  readonly version: string;
  /** SHA-256 of its zip, base64. */
  readonly codeSha256: string;
}

/**
 * Publishes what the function is now and answers the version once it has answered a check. Publishing the same again
 * answers the same version, so a crash here leaves nothing. Throws TerminalError or BackoffError `CodeInvalid` or
 * `SettingsInvalid` where the version can't serve, RequeueAfter while it is being made ready.
 */
export async function publishTried(account: Account, candidate: Candidate): Promise<TriedVersion> {
  const { functionName } = candidate;
  const published = await account.lambda.send(new PublishVersionCommand({ FunctionName: functionName }));
  const version = published.Version ?? '';
  if (published.Environment?.Variables?.[REVISION_ENV] !== candidate.revision) {
    throw new RequeueAfter(1, 'the function has changed meanwhile');
  }
  if (published.State === 'Pending') throw new RequeueAfter(1, `version ${version} is being made ready`);
  await check(account, candidate, version);
  return { version, codeSha256: published.CodeSha256 ?? '' };
}

/** Seconds for which a version that was refused is not asked again: own code may let it run into its end each time. */
const REFUSAL_SECONDS = 120;

/** Throws unless a version answers that it can serve. */
async function check(account: Account, candidate: Candidate, version: string): Promise<void> {
  const { clock, refusedVersions } = account;
  const { functionName } = candidate;
  const last = refusedVersions.get(functionName);
  if (last?.version === version && clock.now() < last.until) throw last.error;
  refusedVersions.delete(functionName);
  const error = await refusalOf(account, candidate, version);
  if (!error) return;
  refusedVersions.set(functionName, { version, error, until: clock.now() + REFUSAL_SECONDS * 1000 });
  throw error;
}

/** Why a version can't serve, where that is for its code or settings to mend; throws where it could not be asked. */
async function refusalOf(
  account: Account,
  candidate: Candidate,
  version: string,
): Promise<Error | undefined> {
  const { functionName, ownCode, secretNames } = candidate;
  try {
    const { problems } = await probe(account, functionName, version);
    if (problems.length === 0) return undefined;
    const words = problems.map(({ secret, code, message }) => {
      if (code) return `${ownCode}: ${message}`;
      return secret === undefined ? message : `${secretNames[secret] ?? `secret ${secret + 1}`} ${message}`;
    });
    const isCode = problems.some(({ code }) => code);
    return new TerminalError(isCode ? 'CodeInvalid' : 'SettingsInvalid', words.join('; '));
  } catch (error) {
    if (ownCode === undefined || !(error instanceof Error)) throw error;
    if (hasTimedOut(error)) {
      // Not the user's to mend for sure: it may have been the store, or Lambda.
      const message = `${ownCode}: the function came to no end with it when it was asked how it is: does a module that is loaded go on for ever? (${error.message})`;
      return new BackoffError('CodeInvalid', message, { cause: error });
    }
    if (!(error instanceof FunctionFailure)) throw error;
    return new TerminalError(
      'CodeInvalid',
      `${ownCode}: the function doesn't start with it: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** Of the function; not of a connection to Lambda that never came about. */
const hasTimedOut = (error: Error): boolean =>
  error instanceof FunctionFailure
    ? error.timedOut
    : error.name === 'TimeoutError' && !/establishing a connection/.test(error.message);
