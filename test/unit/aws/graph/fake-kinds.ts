import type { Account } from '../../../../src/aws/account/account.ts';
import { Patience } from '../../../../src/aws/account/patience.ts';
import { RecentlyMade } from '../../../../src/aws/account/recently-made.ts';
import type { GraphNode, KindName } from '../../../../src/aws/graph/graph.ts';
import { type Actual, READY, type State } from '../../../../src/aws/object/actual.ts';
import { differing } from '../../../../src/aws/object/canonical.ts';
import type { Kind } from '../../../../src/aws/object/kind.ts';
import type { Owner, Tags } from '../../../../src/aws/object/owner.ts';
import { FakeClock } from '../../fake-clock.ts';

/** What the fake kinds are wanted to be: a name, and whatever a test wants compared. */
export interface FakeDesired {
  readonly name: string;
  readonly size?: number;
  readonly [field: string]: unknown;
}

/** One object of the fake account. Tests change it to play AWS, or someone with rights in it. */
export interface FakeObject {
  tags: Tags | undefined;
  state: State;
  desired: FakeDesired;
}

type Call = 'find' | 'owned' | 'create' | 'update' | 'tag' | 'untag' | 'remove';

/**
 * Kinds of AWS objects that live in memory and do at once what they are told. A test can make calls fail, can let
 * what was created be listed later, and reads what was written.
 */
export class FakeAccount {
  readonly clock = new FakeClock();
  readonly account = {
    clock: this.clock,
    recentlyMade: new RecentlyMade(this.clock),
    patience: new Patience(this.clock),
  } as unknown as Account;
  readonly objects = new Map<string, FakeObject>();
  /** Calls that change something, in order, such as "create Queue/orders". */
  readonly writes: string[] = [];
  /** Objects that exist but are not listed yet, by their keys. */
  readonly unlisted = new Set<string>();
  /** The state of what is created. */
  making: State = READY;
  /** Objects that stay listed as leaving after they were removed. */
  readonly lingering = new Set<string>();
  readonly #failures = new Map<string, Error>();

  /** Makes a call fail from now on, such as ("create", "Queue/orders"); for "owned" the key is the kind's name. */
  fail(call: Call, key: string, error: Error): void {
    this.#failures.set(`${call} ${key}`, error);
  }

  mend(): void {
    this.#failures.clear();
  }

  put(key: string, tags: Tags | undefined, desired: Partial<FakeDesired> = {}, state: State = READY): void {
    const name = key.split('/')[1] ?? '';
    this.objects.set(key, { tags, state, desired: { name, ...desired } });
  }

  kind(name: string, removal: Kind<unknown, unknown>['removal']): Kind<FakeDesired, FakeDesired> {
    const keyOf = (id: string) => `${name}/${id}`;
    const actual = (key: string, { tags, state, desired }: FakeObject): Actual<FakeDesired> => ({
      id: desired.name,
      tags,
      state,
      outputs: { id: desired.name, arn: `arn:${key}` },
      details: desired,
    });
    const attempt = async (call: Call, key: string) => {
      const failure = this.#failures.get(`${call} ${key}`);
      if (failure) throw failure;
    };
    const write = async (call: Call, key: string) => {
      await attempt(call, key);
      this.writes.push(`${call} ${key}`);
    };
    return {
      removal,
      find: async (_, { name: id }) => {
        await attempt('find', keyOf(id));
        const found = this.objects.get(keyOf(id));
        return found && !this.unlisted.has(keyOf(id)) ? actual(keyOf(id), found) : undefined;
      },
      owned: async () => {
        await attempt('owned', name);
        return [...this.objects]
          .filter(([key]) => key.startsWith(`${name}/`) && !this.unlisted.has(key))
          .map(([key, object]) => actual(key, object));
      },
      compare: ({ details }, desired) => differing(details, desired),
      create: async (_, desired, tags) => {
        await write('create', keyOf(desired.name));
        const made = { tags, state: this.making, desired };
        this.objects.set(keyOf(desired.name), made);
        return actual(keyOf(desired.name), made);
      },
      update: async (_, desired, { id }) => {
        await write('update', keyOf(id));
        const found = this.objects.get(keyOf(id));
        if (found) found.desired = desired;
      },
      remove: async (_, { id }) => {
        await write('remove', keyOf(id));
        const found = this.objects.get(keyOf(id));
        if (found && this.lingering.has(keyOf(id))) {
          found.state = { is: 'leaving', why: 'is being deleted', seconds: 1 };
        } else this.objects.delete(keyOf(id));
      },
      tag: async (_, { id }, tags) => {
        await write('tag', keyOf(id));
        const found = this.objects.get(keyOf(id));
        if (found) found.tags = { ...found.tags, ...tags };
      },
      untag: async (_, { id }, keys) => {
        await write('untag', keyOf(id));
        const found = this.objects.get(keyOf(id));
        const left = Object.entries(found?.tags ?? {}).filter(([key]) => !keys.includes(key));
        if (found) found.tags = Object.fromEntries(left);
      },
    };
  }
}

/** A node whose `desired` is that of a fake kind. */
export function node(
  kind: KindName,
  name: string,
  desired: Record<string, unknown> = {},
  more: Partial<Pick<GraphNode, 'tags' | 'after' | 'optional' | 'standing'>> = {},
): GraphNode {
  return { kind, id: name, part: 'Queue', desired: { name, ...desired }, ...more } as unknown as GraphNode;
}

export const OWNER: Owner = {
  uid: 'uid-1',
  prefix: 'nami-shop-orders-12345678',
  path: '/nami/nami-shop-orders-12345678/',
  identity: { 'nami.dev/cluster': 'c', 'nami.dev/namespace': 'shop', 'nami.dev/name': 'orders' },
  tags: { 'nami.dev/namespace-uid': 'ns-1' },
  takeOver: false,
};

/** The tags of an object of the owner's. */
export const OURS: Tags = { ...OWNER.identity, ...OWNER.tags };
