import { readFileSync } from 'node:fs';
import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import type { Access } from './access.ts';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}
export interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

/** The account, the cluster and the bucket that tests put in the place of what a user fills in. */
export const ACCOUNT = '123456789012';
export const CLUSTER = 'simulated';
export const CODE_BUCKET = 'code';
export const BOUNDARY_ARN = `arn:aws:iam::${ACCOUNT}:policy/nami-boundary`;

const filled = (text: string): Policy =>
  JSON.parse(
    text
      .replaceAll('ACCOUNT_ID', ACCOUNT)
      .replaceAll('CLUSTER_NAME', CLUSTER)
      .replaceAll('CODE_BUCKET', CODE_BUCKET)
      // Any of the tests' zones.
      .replaceAll('HOSTED_ZONE_ID', 'Z*'),
  );

const read = (name: string) => readFileSync(`deploy/iam/${name}.json`, 'utf8');

export const operatorPolicy = (): Policy => filled(read('operator-policy'));
export const boundary = (): Policy => filled(read('permissions-boundary'));

/** What IAM answers. */
export interface Decision {
  readonly allowed: boolean;
  /** The statements that decided, by their ids: they take longer to find than the answer. */
  readonly sids: () => readonly string[];
}

/**
 * What the library's copy of the reference can't tell the type of: parts of a REST API in a list, parameters of AWS's own,
 * and aliases, which look like versions.
 */
const UNTYPED =
  /:apigateway:[^:]*::\/restapis\/[^/]+\/(deployments|stages|resources\/[^/]+)$|:ssm:[^:]*::parameter\/aws\/|:function:[^:]+:live$/;

/** Asks IAM's rules, as a library has them, whether who has `policy` may do something. */
export async function decide(access: Access, policy: Policy, bound?: Policy): Promise<Decision> {
  const asked = (identity: Policy): Simulation => ({
    request: {
      principal: `arn:aws:iam::${ACCOUNT}:role/simulated`,
      action: access.action,
      resource: { resource: access.resource, accountId: ACCOUNT },
      contextVariables: { ...access.context },
    },
    identityPolicies: [{ name: 'policy', policy: identity }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(bound && { permissionBoundaryPolicies: [{ name: 'boundary', policy: bound }] }),
  });
  if (UNTYPED.test(access.resource)) {
    const isAllowed = (identity: Policy) => runUnsafeSimulation(asked(identity), {}) === 'Allowed';
    const isDeciding = (each: Statement) => isAllowed({ ...policy, Statement: [each] });
    const sids = () => policy.Statement.filter(isDeciding).flatMap(({ Sid }) => Sid ?? []);
    return { allowed: isAllowed(policy), sids };
  }
  const answer = await runSimulation(asked(policy), {});
  if (answer.resultType !== 'single') {
    const why = answer.resultType === 'error' ? JSON.stringify(answer.errors) : 'it names no one resource';
    throw new Error(`${access.action} on ${access.resource} can't be simulated: ${why}`);
  }
  const statements = answer.result.analysis.identityAnalysis?.allowStatements ?? [];
  return {
    allowed: answer.overallResult === 'Allowed',
    sids: () => statements.flatMap(({ explain }) => explain.identifier ?? []),
  };
}

/** Those of some questions that IAM answers with no, in words. */
export async function refusals(
  asked: readonly Access[],
  policy: Policy,
  bound?: Policy,
): Promise<readonly string[]> {
  const answers = await Promise.all(asked.map((access) => decide(access, policy, bound)));
  return asked
    .filter((_, index) => answers[index]?.allowed !== true)
    .map(({ action, resource, context }) => `${action} on ${resource} with ${JSON.stringify(context)}`);
}
