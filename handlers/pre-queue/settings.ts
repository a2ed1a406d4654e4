import {
  HMAC_ALGORITHMS,
  HMAC_ENCODINGS,
  type HmacSettings,
  JWT_ALGORITHMS,
  PRE_QUEUE_ENV,
  PUBLIC_KEY_ALGORITHMS,
  type PublicKeyScheme,
  type ResponseSettings,
  type SettingsProblem,
  type SourceSettings,
} from '../contract.ts';
import { isKnown } from '../sources/index.ts';
import { secretProblems } from '../sources/secret-problems.ts';

export interface PreQueueSettings {
  readonly source: SourceSettings;
  readonly secrets: readonly string[];
  readonly response: ResponseSettings;
}

/** Settings with any problem accept nothing: what can't be verified is not let in, and the sender is to try again. */
export type PreQueueConfiguration =
  | { readonly kind: 'ready'; readonly settings: PreQueueSettings }
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the function's environment ({@link PRE_QUEUE_ENV}). Never throws: problems are for the probe to report. */
export function readSettings(environment: Environment): PreQueueConfiguration {
  const queueUrl = environment[PRE_QUEUE_ENV.queueUrl] ?? '';
  const source = readJson(environment, PRE_QUEUE_ENV.source, isSourceSettings);
  const secrets = readJson(environment, PRE_QUEUE_ENV.secrets, isSecrets);
  const response = readJson(environment, PRE_QUEUE_ENV.response, isResponseSettings);

  if (URL.canParse(queueUrl) && source !== undefined && secrets !== undefined && response !== undefined) {
    const problems = secretProblems(source, secrets);
    if (problems.length > 0) return { kind: 'broken', problems };
    return { kind: 'ready', settings: { source, secrets, response } };
  }
  const unreadable = [
    ...(URL.canParse(queueUrl) ? [] : [PRE_QUEUE_ENV.queueUrl]),
    ...(source === undefined ? [PRE_QUEUE_ENV.source] : []),
    ...(secrets === undefined ? [PRE_QUEUE_ENV.secrets] : []),
    ...(response === undefined ? [PRE_QUEUE_ENV.response] : []),
  ];
  return {
    kind: 'broken',
    problems: unreadable.map((name) => ({ message: `${name} is missing or malformed` })),
  };
}

function readJson<T>(
  environment: Environment,
  name: string,
  isValid: (value: unknown) => value is T,
): T | undefined {
  try {
    const value: unknown = JSON.parse(environment[name] ?? '');
    return isValid(value) ? value : undefined;
  } catch {
    // The parser's message quotes the text, which may be a secret: that it is malformed has to do.
    return undefined;
  }
}

function isSourceSettings(value: unknown): value is SourceSettings {
  const settings = value as Partial<SourceSettings> | null;
  return (
    settings !== null &&
    isKnown(settings) &&
    Number.isFinite(settings.toleranceSeconds) &&
    Number(settings.toleranceSeconds) >= 0 &&
    (settings.type !== 'HMAC' || isSignature(settings.hmac, HMAC_ALGORITHMS)) &&
    (settings.type !== 'PublicKey' || isSignature(settings.publicKey, PUBLIC_KEY_ALGORITHMS)) &&
    (settings.type !== 'JWT' ||
      (typeof settings.jwt?.header === 'string' &&
        JWT_ALGORITHMS.some((algorithm) => algorithm === settings.jwt?.algorithm)))
  );
}

function isSignature(
  signature: Partial<HmacSettings | PublicKeyScheme> | null | undefined,
  algorithms: readonly string[],
): boolean {
  return (
    [signature?.prefix, signature?.template].every((text) => typeof text === 'string') &&
    (signature?.headers ?? [signature?.header]).every((name) => typeof name === 'string') &&
    algorithms.some((algorithm) => algorithm === signature?.algorithm) &&
    HMAC_ENCODINGS.some((encoding) => encoding === signature?.encoding)
  );
}

function isSecrets(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((secret) => typeof secret === 'string');
}

function isResponseSettings(value: unknown): value is ResponseSettings {
  const settings = value as Partial<ResponseSettings> | null;
  return (
    typeof settings?.contentType === 'string' &&
    typeof settings.body === 'string' &&
    [settings.statusCode, settings.rejectedStatusCode, settings.unavailableStatusCode].every(isStatusCode)
  );
}

function isStatusCode(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599;
}
