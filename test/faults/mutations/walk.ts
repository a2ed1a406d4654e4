import type { Mutation } from '../mutation.ts';

const GRAPH = 'src/aws/graph';
const DELETION = 'test/simulation/deletion.test.ts';
const SHARED = 'test/simulation/shared-objects.test.ts';

/** Of the walk that makes an account match a graph. */
export const WALK: readonly Mutation[] = [
  {
    name: 'identity-from-status',
    words: 'what the status names is removed, whosever it is',
    changes: [
      {
        file: `${GRAPH}/missed.ts`,
        from: 'if (isOurs(tags, owner)) return true;',
        to: 'if (tags) return true;',
      },
    ],
    caughtBy: { file: DELETION },
  },
  {
    name: 'unlisted-taken-for-gone',
    words: 'a list that comes too early is believed at a deletion',
    changes: [
      { file: `${GRAPH}/missed.ts`, from: 'if (!byId) return undefined;', to: 'if (byId) return undefined;' },
    ],
    caughtBy: { file: DELETION },
  },
  {
    name: 'foreign-objects-taken',
    words: 'an object under our name that is not ours is changed',
    changes: [
      {
        file: `${GRAPH}/ownership.ts`,
        from: 'if (actual.tags === undefined || isOurs(actual.tags, owner)) return undefined;',
        to: 'if (actual.tags === undefined || owner) return undefined;',
      },
    ],
    caughtBy: { file: DELETION },
  },
  {
    name: 'pending-taken-for-ready',
    words: 'a wait is missing: what is being made counts as made',
    changes: [
      {
        file: `${GRAPH}/settle-node.ts`,
        from: "      if (found.state.is !== 'ready') {",
        to: "      if (found.state.is === 'leaving') {",
      },
    ],
    caughtBy: { file: 'test/unit/aws/graph/apply.test.ts' },
  },
  {
    name: 'lost-answer-made-again',
    words: 'a creation whose answer was lost is repeated',
    changes: [
      {
        file: `${GRAPH}/settle-node.ts`,
        from: 'if (kind.doubles && mayHaveWorked(error)) remember();',
        to: 'if (kind.doubles && !error) remember();',
      },
    ],
    caughtBy: { file: 'test/unit/aws/graph/apply.test.ts' },
  },
  {
    name: 'surplus-stays',
    words: 'of two shared objects both stay for good',
    changes: [
      {
        file: `${GRAPH}/doubles.ts`,
        from: 'id !== chosenId && tags &&',
        to: 'id === chosenId && tags &&',
      },
    ],
    caughtBy: { file: SHARED },
  },
  {
    name: 'late-tags-taken-for-another',
    words: 'what was just made and is listed without its tags is somebody else’s',
    changes: [
      {
        file: `${GRAPH}/settle-node.ts`,
        from: 'const isListed = found && (found.tags === undefined || isOurs(found.tags, owner));',
        to: 'const isListed = found;',
      },
    ],
    caughtBy: { file: 'test/unit/aws/graph/apply.test.ts' },
  },
];
