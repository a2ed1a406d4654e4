import type { Mutation } from '../mutation.ts';

const ACCOUNT = 'src/aws/account';
const TRUTH = 'test/simulation/truth.test.ts';

/** Of what the operator knows about AWS and Kubernetes. */
export const AWS: readonly Mutation[] = [
  {
    name: 'created-twice-on-a-lagging-read',
    words: 'what was just made and is not listed yet is made again',
    changes: [{ file: `${ACCOUNT}/recently-made.ts`, from: 'const GRACE = 30_000;', to: 'const GRACE = 0;' }],
    caughtBy: { file: 'test/simulation/faults.test.ts' },
  },
  {
    name: 'not-found-swallowed',
    words: 'every error of a look counts as "not there"',
    changes: [
      {
        file: `${ACCOUNT}/errors.ts`,
        from: '    if (isNotFound(error)) return undefined;\n    throw error;\n  }\n}\n\n/** What is said',
        to: '    if (error) return undefined;\n    throw error;\n  }\n}\n\n/** What is said',
      },
    ],
    caughtBy: { file: 'test/unit/aws/account/errors.test.ts', test: 'fails with all else' },
  },
  {
    name: 'gateway-written-to-at-once',
    words: 'two changes of a REST API are sent at the same time',
    changes: [{ file: `${ACCOUNT}/turns.ts`, from: '    await before;', to: '    void before;' }],
    caughtBy: { file: 'test/simulation/pace.test.ts', test: 'no two of its own writes to the gateway meet' },
  },
  {
    name: 'version-not-asked',
    words: 'the alias moves to a version that does not load',
    changes: [
      {
        file: 'src/aws/calls/version-trial.ts',
        from: 'if (problems.length === 0) return undefined;',
        to: 'if (problems.length >= 0) return undefined;',
      },
    ],
    caughtBy: { file: 'test/unit/aws/kinds/function.test.ts' },
  },
  {
    name: 'kept-version-holds-the-group',
    words: 'a version that is kept holds the security group of its function for ever',
    changes: [
      {
        file: 'src/aws/kinds/security-group.ts',
        from: 'if (isInUse(error)) await leave(',
        to: 'if (!error) await leave(',
      },
    ],
    caughtBy: { file: 'test/simulation/variants.test.ts', test: 'a store that becomes an external one' },
  },
  {
    name: 'password-made-up',
    words: 'a password that somebody deleted is replaced by another, which the database does not know',
    changes: [
      {
        file: 'src/aws/calls/store-uri.ts',
        from: "if (variables[POST_QUEUE_ENV.managed] !== 'true') return undefined;",
        to: "if (variables[POST_QUEUE_ENV.managed] !== 'yes') return undefined;",
      },
    ],
    caughtBy: { file: TRUTH, test: 'a password that somebody deleted is taken back from the function' },
  },
  {
    name: 'volume-replaced-silently',
    words: 'a store whose volume is not found begins with an empty one',
    changes: [
      {
        file: 'src/aws/calls/expected-volume.ts',
        from: "  expectedId !== '' && expectedId !== givenUpId;",
        to: "  expectedId === '-' && expectedId !== givenUpId;",
      },
    ],
    caughtBy: { file: TRUTH },
  },
  {
    name: 'a-page-forgotten',
    words: 'of a long list of pipelines the first page alone is read',
    changes: [
      {
        file: 'src/kubernetes/client.ts',
        from: 'if (page.continue === undefined) return',
        to: 'if (page.continue !== null) return',
      },
    ],
    caughtBy: { file: 'test/unit/kubernetes/client.test.ts' },
  },
  {
    name: 'old-watch-asked-for-ever',
    words: 'a watch that is too old is asked for again and again, and no list',
    changes: [
      {
        file: 'src/kubernetes/reflector.ts',
        from: 'refusal.status !== 503) this.#resourceVersion = undefined;',
        to: 'refusal.status === 503) this.#resourceVersion = undefined;',
      },
    ],
    caughtBy: { scenarios: Array.from({ length: 12 }, (_, index) => `stale/${index + 1}`) },
  },
  {
    name: 'older-list-believed',
    words: 'what a write of ours answered is overwritten by an older state',
    changes: [
      {
        file: 'src/kubernetes/reflector.ts',
        from: 'if (cached && isSuccessor(object, cached)) this.#set(key, object);',
        to: 'if (cached) this.#set(key, object);',
      },
    ],
    caughtBy: { file: 'test/unit/kubernetes/reflector.test.ts' },
  },
];
