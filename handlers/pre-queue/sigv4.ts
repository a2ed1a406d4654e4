import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';

/** AWS accepts a signature for five minutes (AWS: Signature Version 4, "Troubleshoot"); some of it is the way there. */
const MAX_SKEW_MILLISECONDS = 4 * 60_000;

export interface UnsignedRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Signs POSTs to SQS with the function's own credentials (AWS: Create a signed AWS API request). */
export class Signer {
  readonly #signature: SignatureV4;
  /** How far AWS's clock is ahead of ours. */
  #offsetMilliseconds = 0;

  constructor(region: string) {
    this.#signature = new SignatureV4({
      service: 'sqs',
      region,
      credentials: async () => credentials(process.env),
      sha256: Hash.bind(null, 'sha256'),
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

  /** Given the `Date` of a refusal, whether it was our clock's fault; from then on it is made up for. */
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
