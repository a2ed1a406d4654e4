import type { Mutation } from '../mutation.ts';

const TRUTH = 'test/simulation/truth.test.ts';
const ROTATION = 'test/simulation/rotation.test.ts';
const IN = 'src/controller/pipeline';

/** Of one look at a pipeline, and of its deletion. */
export const PIPELINE: readonly Mutation[] = [
  {
    name: 'finalizer-dropped-early',
    words: 'the finalizer goes while objects are still being removed',
    changes: [
      {
        file: `${IN}/delete-pipeline.ts`,
        from: 'if (settled) return await finish',
        to: 'if (settled || !failed) return await finish',
      },
    ],
    caughtBy: { scenarios: ['fault/1', 'fault/2'] },
  },
  {
    name: 'queue-believed-empty-at-once',
    words: "SQS's counts lag behind, and an empty queue is deleted at the first sight of it",
    changes: [{ file: `${IN}/drain.ts`, from: 'if (seconds <= 0) return', to: 'if (seconds <= 600) return' }],
    caughtBy: { file: 'test/unit/controller/pipeline/drain.test.ts' },
  },
  {
    name: 'unseen-queue-taken-for-empty',
    words: 'what can not be looked at counts as empty',
    changes: [{ file: `${IN}/drain.ts`, from: 'if (unseen !== undefined) {', to: "if (unseen === '') {" }],
    caughtBy: { file: TRUTH },
  },
  {
    name: 'dead-letters-not-looked-at',
    words: 'a deletion takes the dead-letter queue with what is in it',
    changes: [
      {
        file: `${IN}/drain.ts`,
        from: 'if (messagesIn(deadLetters) > 0) {',
        to: 'if (messagesIn(deadLetters) < 0) {',
      },
    ],
    caughtBy: { file: TRUTH, test: 'keeps the events in its dead-letter queue until its user has agreed' },
  },
  {
    name: 'retention-not-raised',
    words: 'while the queue is paused, its events expire as the spec says',
    changes: [{ file: `${IN}/retention.ts`, from: "return 'longest';", to: "return 'spec';" }],
    caughtBy: { file: TRUTH, test: 'an outage longer than the queue keeps events for costs none' },
  },
  {
    name: 'credentials-put-before-they-are-good',
    words: 'credentials take the place of others before the database knows them',
    changes: [
      {
        file: `${IN}/rotate-credentials.ts`,
        from: 'if (store.addedUser !== login.user)',
        to: 'if (store.addedUser === login.user)',
      },
      {
        file: `${IN}/rotate-credentials.ts`,
        from: 'owner, { addLogin: login }',
        to: 'owner, {}',
      },
    ],
    caughtBy: { file: ROTATION, test: 'both are good for a day' },
  },
  {
    name: 'former-credentials-dropped-at-once',
    words: 'the credentials from before a rotation go while batches still run with them',
    changes: [
      {
        file: `${IN}/rotate-credentials.ts`,
        from: 'Math.max(LONGEST_RUN, formerValidHours * HOUR)',
        to: 'formerValidHours * HOUR',
      },
    ],
    caughtBy: { file: ROTATION, test: 'the former go once no batch can have them' },
  },
  {
    name: 'former-credentials-dropped-before-the-function-follows',
    words: 'the credentials that the function still has are dropped',
    changes: [
      {
        file: `${IN}/rotate-credentials.ts`,
        from: 'told === inUseSince && now - fromRfc3339(told)',
        to: "now - fromRfc3339(since ?? '')",
      },
    ],
    caughtBy: { file: ROTATION, test: 'however late it gets them' },
  },
  {
    name: 'next-credentials-dropped',
    words: 'a user who is about to take over counts as a former one',
    changes: [
      {
        file: 'handlers/contract.ts',
        from: '(madeAt(user) ?? limit) < limit)',
        to: 'madeAt(user) !== undefined && user !== present)',
      },
    ],
    caughtBy: { file: ROTATION, test: 'a login that is about to take over' },
  },
  {
    name: 'outage-believed-at-once',
    words: 'one answer that the store can not be reached pauses the queue',
    changes: [
      {
        file: `${IN}/store-belief.ts`,
        from: 'const ANSWERS_BELIEVED = 2;',
        to: 'const ANSWERS_BELIEVED = 1;',
      },
    ],
    caughtBy: { file: 'test/unit/controller/pipeline/store-belief.test.ts' },
  },
  {
    name: 'queue-read-while-the-store-is-away',
    words: 'the mapping goes on, or resumes before the store has answered',
    changes: [
      {
        file: `${IN}/store-belief.ts`,
        from: "return view.is === 'unreachable' || awaitsHost ? false : undefined;",
        to: 'return view.is !== undefined && awaitsHost !== undefined ? undefined : false;',
      },
    ],
    caughtBy: { file: 'test/simulation/drift.test.ts' },
  },
  {
    name: 'new-host-believed-for-the-old-answer',
    words: 'a host that was replaced counts as answering because the one before did',
    changes: [
      {
        file: `${IN}/store-belief.ts`,
        from: '    (before.host === host.id || (before.host === undefined && !before.awaitsHost))',
        to: '    !before.awaitsHost',
      },
    ],
    caughtBy: { file: 'test/unit/controller/pipeline/store-belief.test.ts' },
  },
  {
    name: 'redrive-forgotten',
    words: 'what went to the dead-letter queue during an outage stays there',
    changes: [
      {
        file: `${IN}/redrive.ts`,
        from: "outputs.redriveDue === 'true';",
        to: "outputs.redriveDue === 'yes';",
      },
    ],
    caughtBy: { file: TRUTH },
  },
  {
    name: 'never-compared-again',
    words: 'what was applied once is never compared with AWS again',
    changes: [
      {
        file: `${IN}/build.ts`,
        from: 'now - seen < resyncSeconds * 1000',
        to: 'now - seen < resyncSeconds * 1e9',
      },
    ],
    caughtBy: { file: 'test/simulation/drift.test.ts' },
  },
];
