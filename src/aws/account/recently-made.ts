import type { Clock } from '../../clock.ts';
import type { Actual } from '../object/actual.ts';
import type { Owner } from '../object/owner.ts';

/** Milliseconds for which AWS's lists may lack what was made. (crossplane-runtime: creation grace period.) */
const GRACE = 30_000;

interface Made {
  readonly kind: string;
  /** Which object of its owner. */
  readonly object: string;
  /** What the creation answered; nothing where its answer was lost. */
  readonly actual: Actual | undefined;
}

/**
 * Objects that this process made a moment ago: AWS's reads lag behind its writes, so that what they don't show may be
 * there all the same. Each is remembered until it is listed, for half a minute at most.
 */
export class RecentlyMade {
  readonly #clock: Clock;
  readonly #made = new Map<string, readonly (Made & { readonly until: number })[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(owner: Owner, made: Made): void {
    const others = this.of(owner).filter((each) => !isSame(each, made));
    this.#made.set(keyOf(owner), [...others, { ...made, until: this.#clock.now() + GRACE }]);
  }

  recall(owner: Owner, kind: string, object: string): Made | undefined {
    return this.of(owner).find((made) => isSame(made, { kind, object }));
  }

  /** All that an owner may have although it is not listed. */
  of(owner: Owner): readonly (Made & { readonly until: number })[] {
    const fresh = (this.#made.get(keyOf(owner)) ?? []).filter(({ until }) => this.#clock.now() < until);
    if (fresh.length === 0) this.#made.delete(keyOf(owner));
    else this.#made.set(keyOf(owner), fresh);
    return fresh;
  }

  /** It is listed, or it is gone. */
  forget(owner: Owner, made: Pick<Made, 'kind' | 'object'>): void {
    const others = this.of(owner).filter((each) => !isSame(each, made));
    this.#made.set(keyOf(owner), others);
  }
}

/** Another pipeline under the same name has made nothing yet. */
const keyOf = ({ prefix, uid }: Owner) => `${prefix} ${uid}`;

const isSame = (a: Pick<Made, 'kind' | 'object'>, b: Pick<Made, 'kind' | 'object'>) =>
  a.kind === b.kind && a.object === b.object;
