import { type IAMClient, paginateListRoles, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import type { Rights } from './rights.ts';

/**
 * The actions that the policies of a role or user don't allow, as IAM's own simulator judges them with boundary and
 * organisation; an action counts as there where one of its statement's resources has it. Takes
 * iam:SimulatePrincipalPolicy, which the operator itself does without.
 */
export async function deniedBySimulation(
  iam: IAMClient,
  principalArn: string,
  wanted: readonly Rights[],
): Promise<Set<string>> {
  const denied = new Set<string>();
  for (const { actions, resources, context } of wanted) {
    const allowed = new Set<string>();
    const pages = paginateSimulatePrincipalPolicy(
      { client: iam },
      {
        PolicySourceArn: principalArn,
        ActionNames: [...actions],
        ResourceArns: [...resources],
        ContextEntries: context.map((entry) => ({ ...entry, ContextKeyValues: [...entry.ContextKeyValues] })),
      },
    );
    for await (const { EvaluationResults = [] } of pages) {
      for (const { EvalActionName, EvalDecision } of EvaluationResults) {
        if (EvalDecision === 'allowed' && EvalActionName) allowed.add(EvalActionName);
      }
    }
    for (const action of actions) if (!allowed.has(action)) denied.add(action);
  }
  return denied;
}

/**
 * Who has the policies that a caller acts with: a session is of a role, whose path its own ARN does not tell. (IAM:
 * "IAM identifiers", assumed-role ARNs.)
 */
export async function principalOf(iam: IAMClient, callerArn: string): Promise<string> {
  const [, partition, accountId, name] =
    /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn) ?? [];
  if (name === undefined) return callerArn;
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {})) {
    const role = Roles.find(({ RoleName }) => RoleName === name);
    if (role?.Arn) return role.Arn;
  }
  return `arn:${partition}:iam::${accountId}:role/${name}`;
}
