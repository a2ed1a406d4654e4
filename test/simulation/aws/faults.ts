import type { Clock } from '../../../src/clock.ts';
import { AwsError, connectionReset } from './aws-error.ts';
import type { Oddity } from './odd-answers.ts';
import { PublishedRates } from './published-rates.ts';
import type { ServiceName } from './service.ts';
import type { Moment } from './table.ts';

/** Commands by name, such as "CreateVpc", or where a name is that of several services "lambda:TagResource". */
type CommandName = string;

interface Refusal {
  readonly command: CommandName;
  readonly error: () => Error;
  left: number;
}

/** Which share of all calls fails, and how. */
export interface Weather {
  /** Between 0 and 1; a call that AWS does not take for the moment. */
  readonly throttled: number;
  /** AWS fails before the call takes effect. */
  readonly failed: number;
  /** The call takes effect, and its answer does not come. */
  readonly lost: number;
  /** Thrown for each call: between 0 and 1. */
  readonly chance: () => number;
}

/** What goes wrong between the operator and AWS. All of it is off until it is switched on. */
export class Faults {
  /** Whether API Gateway takes one change of a REST API at a time. (hashicorp/terraform-provider-aws#776.) */
  oneWriteAtATime = false;
  /** Whether AWS refuses what is above its published rates. */
  ratesHold = false;
  /** Whether the first page of each list has nothing, and tells of a next one. */
  emptyFirstPages = false;
  /** What is odd about the answers. */
  oddity: Oddity | undefined;
  /** Calls that fail by chance. */
  weather: Weather | undefined;
  readonly #rates: PublishedRates;
  readonly #moments: Readonly<Record<ServiceName, Moment>>;
  readonly #refusals: Refusal[] = [];
  readonly #lost = new Map<CommandName, number>();
  readonly #empty = new Map<CommandName, number>();
  readonly #slow = new Map<CommandName, { readonly seconds: number; left: number }>();

  constructor(clock: Clock, moments: Readonly<Record<ServiceName, Moment>>) {
    this.#rates = new PublishedRates(clock);
    this.#moments = moments;
  }

  /** Reads show what was so many seconds ago: those of one service, or of all. */
  lag(seconds: number, ...services: ServiceName[]): void {
    const names = services.length > 0 ? services : (Object.keys(this.#moments) as ServiceName[]);
    for (const name of names) this.#moments[name].lagSeconds = seconds;
  }

  /** The call takes effect, and then its connection is reset; so often. */
  loseAnswer(command: CommandName, times = 1): void {
    this.#lost.set(command, times);
  }

  /** An answer has nothing in it, as an intermediary's may; so often. */
  empty(command: CommandName, times = 1): void {
    this.#empty.set(command, times);
  }

  /** An answer takes so many seconds longer than usual; so often. */
  slow(command: CommandName, seconds: number, times = 1): void {
    this.#slow.set(command, { seconds, left: times });
  }

  /** AWS refuses the command, by default until `accept`. `*` stands for all commands. */
  refuse(command: CommandName, name: string, message: string, times = Number.POSITIVE_INFINITY): void {
    this.#refusals.push({ command, error: () => new AwsError(name, message), left: times });
  }

  /** AWS asks for fewer calls; the SDK tries each of them three times. */
  throttle(command: CommandName, times = Number.POSITIVE_INFINITY): void {
    this.#refusals.push({ command, error: throttled, left: times });
  }

  /** Takes back all refusals and all throttling. */
  accept(): void {
    this.#refusals.length = 0;
  }

  /** Everything off. */
  off(): void {
    this.accept();
    this.lag(0);
    this.#lost.clear();
    this.#empty.clear();
    this.#slow.clear();
    this.oneWriteAtATime = false;
    this.ratesHold = false;
    this.weather = undefined;
    this.emptyFirstPages = false;
    this.oddity = undefined;
  }

  /** Throws where the command is refused. */
  check(service: ServiceName, command: string): void {
    if (this.ratesHold && !this.#rates.take(service, command)) throw throttled();
    if (this.weather) {
      const { throttled: share, failed, chance } = this.weather;
      const thrown = chance();
      if (thrown < share) throw throttled();
      if (thrown < share + failed / 2) throw new AwsError('InternalFailure', 'try again', 500);
      if (thrown < share + failed) throw connectionReset();
    }
    const refusal = this.#refusals.find(
      (each) => each.left > 0 && ['*', command, `${service}:${command}`].includes(each.command),
    );
    if (!refusal) return;
    refusal.left -= 1;
    throw refusal.error();
  }

  /** Seconds by which this answer takes longer than usual. */
  delayOf(service: ServiceName, command: string): number {
    const slow = this.#slow.get(`${service}:${command}`) ?? this.#slow.get(command);
    if (!slow || slow.left === 0) return 0;
    slow.left -= 1;
    return slow.seconds;
  }

  /** Whether the answer of this call is lost. */
  loses(service: ServiceName, command: string): boolean {
    if (this.weather && this.weather.chance() < this.weather.lost) return true;
    return takeOne(this.#lost, service, command);
  }

  /** Whether the answer of this call is empty. */
  empties(service: ServiceName, command: string): boolean {
    return takeOne(this.#empty, service, command);
  }
}

const throttled = () => new AwsError('TooManyRequestsException', 'Rate exceeded', 429);

function takeOne(counts: Map<CommandName, number>, service: ServiceName, command: string): boolean {
  for (const name of [command, `${service}:${command}`]) {
    const left = counts.get(name) ?? 0;
    if (left === 0) continue;
    counts.set(name, left - 1);
    return true;
  }
  return false;
}
