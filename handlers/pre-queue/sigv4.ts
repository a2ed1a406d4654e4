import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Checksum, SourceData } from '@smithy/types';

/** AWS accepts a signature for five minutes (AWS: Signature Version 4, "Troubleshoot"); some of it is the way there. */
const MAX_SKEW_MILLISECONDS = 4 * 60_000;

export interface UnsignedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Signs POSTs to SQS with the function's own credentials (AWS: Create a signed AWS API request). The signer is the
 * SDK's own, without the SDK; it keeps the key that it derives for a day.
 */
export class Signer {
  readonly #signature: SignatureV4;
  /** How far AWS's clock is ahead of ours. */
  #offsetMilliseconds = 0;

  constructor(region: string) {
    this.#signature = new SignatureV4({
      service: 'sqs',
      region,
      credentials: async () => credentials(process.env),
      sha256: Sha256,
    });
  }

  /** The headers that the request has to be sent with. */
  async sign({ url, headers, body }: UnsignedRequest): Promise<Record<string, string>> {
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, ...headers },
      body,
    };
    const signed = await this.#signature.sign(request, { signingDate: new Date(this.#now()) });
    return signed.headers;
  }

  /** Given the `Date` of a refusal, whether our clock was the cause; it is made up for from then on. */
  correctClock(date: string | undefined): boolean {
    const theirs = Date.parse(date ?? '');
    const isSkewed = Math.abs(theirs - this.#now()) > MAX_SKEW_MILLISECONDS;
    if (isSkewed) this.#offsetMilliseconds = theirs - Date.now();
    return isSkewed;
  }

  #now(): number {
    return Date.now() + this.#offsetMilliseconds;
  }
}

/** Lambda puts the credentials of the function's role there (AWS: Lambda, "Defined runtime environment variables"). */
function credentials({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN }: NodeJS.ProcessEnv) {
  return {
    accessKeyId: AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '',
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
}

/** Node's SHA-256, or HMAC with a key, as the signer asks for it. With the SDK's own, signing takes half as long again. */
class Sha256 implements Checksum {
  readonly #key: string | KeyObject | undefined;
  readonly #data: Uint8Array[] = [];

  constructor(secret?: SourceData) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
  }

  update(data: Uint8Array): void {
    this.#data.push(data);
  }

  async digest(): Promise<Uint8Array> {
    const [first = Buffer.alloc(0), ...more] = this.#data;
    const data = more.length === 0 ? first : Buffer.concat(this.#data);
    // In one call a hash takes a third of what a stream does that is made for it.
    return this.#key === undefined
      ? hash('sha256', data, 'buffer')
      : createHmac('sha256', this.#key).update(data).digest();
  }

  /** The signer makes a new one each time. */
  reset(): never {
    throw new TypeError('this hash is used once');
  }
}

/** Of the signer's own, which it keeps for a day: with its bytes for a key Node takes three times as long. */
const keys = new WeakMap<object, KeyObject>();

function keyOf(secret: SourceData): string | KeyObject {
  if (typeof secret === 'string') return secret;
  const made = keys.get(secret) ?? createSecretKey(new Uint8Array(secret as ArrayBuffer | Uint8Array));
  keys.set(secret, made);
  return made;
}
