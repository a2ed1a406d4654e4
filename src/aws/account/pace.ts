import type { Clock } from '../../clock.ts';
import { type Fence, UNFENCED } from '../../fence.ts';
import { withAction } from './errors.ts';
import { RateLimiter } from './rates.ts';
import { withoutSecrets } from './redaction.ts';
import { Turns } from './turns.ts';

/** A call as it is about to go out. */
export interface OutgoingCall {
  /** As IAM names it. */
  readonly service: string;
  /** Without "Command". */
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface PaceOptions {
  /** The operator's share of the rates that AWS publishes. */
  readonly rateShare: number;
  /** Asked once a call's turn has come: it may have waited for long. */
  readonly fence?: Fence | undefined;
  /** For metrics: how long a call was kept back. */
  readonly onWait?: ((service: string, seconds: number) => void) | undefined;
}

/** Lets the calls of one account and region go out as AWS takes them: within its rates, and no two that it sees as one change. */
export class Pace {
  readonly #rates: RateLimiter;
  readonly #turns = new Turns();

  readonly #clock: Clock;
  readonly #options: PaceOptions;

  constructor(clock: Clock, options: PaceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#rates = new RateLimiter(clock, options.rateShare);
  }

  /** What `send` comes to, once it may go out; an error says which action was called. */
  async call<T>({ service, command, input }: OutgoingCall, send: () => Promise<T>): Promise<T> {
    const { fence = UNFENCED, onWait } = this.#options;
    const askedAt = this.#clock.monotonic();
    await this.#rates.take(service, command);
    const changed = changedRestApi(service, command, input);
    const go = () => {
      onWait?.(service, (this.#clock.monotonic() - askedAt) / 1000);
      fence.check();
      return send();
    };
    try {
      return await (changed === undefined ? go() : this.#turns.take(changed, go));
    } catch (error) {
      const clean = withoutSecrets(error, command, input);
      throw withAction(clean, `${service}:${command === 'Invoke' ? 'InvokeFunction' : command}`);
    }
  }
}

/**
 * The REST API that a call changes: API Gateway refuses a change of one while another is under way. (ConflictException;
 * hashicorp/terraform-provider-aws#776.)
 */
function changedRestApi(
  service: string,
  command: string,
  { restApiId, resourceArn }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (service !== 'apigateway' || command.startsWith('Get')) return undefined;
  if (typeof restApiId === 'string') return restApiId;
  return /\/restapis\/([^/]+)/.exec(String(resourceArn))?.[1];
}
