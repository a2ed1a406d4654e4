import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actionsOf, allowedActions } from '../../iam-actions.ts';

/** Allowed, and called by no command of ours. */
const UNCALLED: Readonly<Record<string, string>> = {
  'iam:PassRole': 'checked when a function or an instance is given its role',
  'lambda:ListTags': 'checked for the tags in the answer to GetFunction',
  's3:GetObjectVersion': 'checked for GetObject of a version',
  'sqs:ReceiveMessage': 'checked for StartMessageMoveTask',
  'sqs:DeleteMessage': 'checked for StartMessageMoveTask',
  'sqs:SendMessage': 'checked for StartMessageMoveTask',
};

/** Called, and not allowed on purpose. */
const WITHHELD = new Set([
  // Whoever can take a boundary off is not bound by it; who changes the setting to none does it by hand.
  'iam:DeleteRolePermissionsBoundary',
]);

/** Every command of the SDK that stands in the operator's code, as the IAM actions it needs. */
function calledActions(): Set<string> {
  const called = new Set<string>();
  for (const file of globSync('src/aws/**/*.ts')) {
    const source = readFileSync(file, 'utf8');
    for (const [, names = '', client = ''] of source.matchAll(
      /import \{([^}]+)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g,
    )) {
      for (const [, paginated, command] of names.matchAll(/paginate([A-Z]\w+)|([A-Z]\w+)Command\b/g)) {
        for (const action of actionsOf(client, paginated ?? command ?? '')) called.add(action);
      }
    }
  }
  return called;
}

const policy = JSON.parse(readFileSync('deploy/iam/operator-policy.json', 'utf8'));

test('the operator’s policy allows every call that the code makes', () => {
  const allowed = allowedActions(policy);
  expect([...calledActions()].filter((action) => !allowed.has(action))).toEqual([...WITHHELD]);
});

test('the operator’s policy allows nothing that is not called, but for what other calls check', () => {
  const called = calledActions();
  const uncalled = [...allowedActions(policy)].filter((action) => !called.has(action));
  expect(uncalled.sort()).toEqual(Object.keys(UNCALLED).sort());
});

test('the boundary holds every right that a plan gives a role', async () => {
  const boundary = allowedActions(JSON.parse(readFileSync('deploy/iam/permissions-boundary.json', 'utf8')));
  const { plan } = await import('../../../src/plan/plan.ts');
  const { inputOf } = await import('../plan/inputs.ts');
  const given = plan(inputOf({}), 'gateway')
    .filter((node) => node.kind === 'Role')
    .flatMap(({ desired }) => ('statements' in desired ? desired.statements : []))
    .flatMap((statement) =>
      'Effect' in statement && statement.Effect === 'Allow' ? [statement.Action].flat() : [],
    );
  expect(given.length).toBeGreaterThan(5);
  expect(given.filter((action) => !boundary.has(String(action)))).toEqual([]);
});
