/** Whose doing a refused right is. */
export interface Denial {
  readonly reason: 'AccessDenied' | 'DeniedByPolicy';
  readonly message: string;
}

/** Policies that can stand against a right, as AWS names them, and in words. */
const POLICIES: readonly (readonly [RegExp, string])[] = [
  [/service control policy/, 'a service control policy of the organisation'],
  [/resource control policy/, 'a resource control policy of the organisation'],
  [/permissions boundary/, "the permissions boundary of the operator's role"],
  [/session policy/, "the session policy of the operator's credentials"],
  [/VPC endpoint policy/, 'the policy of the VPC endpoint'],
  [/resource-based policy/, 'the policy of the resource itself'],
  [/identity-based policy/, "an IAM policy of the operator's role"],
];

/** What tags an organisation takes is refused under many codes, in the same words. (AWS Organizations: tag policies.) */
export const isTagRefusal = (said: string): boolean => /tag policy does not allow/i.test(said);

/**
 * Tells a right that nobody gives from one that some policy takes away, by the words of AWS. `called` is the action where
 * AWS does not name it. (IAM: "Troubleshoot access denied error messages".)
 */
export function denialOf(said: string, called: string | undefined): Denial {
  const action = missingAction(said) ?? called ?? '(unnamed)';
  // What EC2 encodes is another text each time, and would be news each time.
  const says = `(AWS says: ${said.replace(/\.? Encoded authorization failure message:.*/s, '')})`;
  if (isTagRefusal(said)) {
    return {
      reason: 'DeniedByPolicy',
      message: `a tag policy of the organisation refuses the tags of ${action}: correct operator.tags (NAMI_TAGS) or spec.tags ${says}`,
    };
  }
  const denied = /with an explicit deny(?: in an? ([\w -]+?(?:policy|boundary)))?/.exec(said);
  if (denied) {
    return {
      reason: 'DeniedByPolicy',
      message: `${inWords(denied[1])} denies ${action}, which no further right of the operator can mend: have it allowed there, or if it asks for tags, set them in operator.tags (NAMI_TAGS) or spec.tags ${says}`,
    };
  }
  const lacking = /because no ([\w -]+?(?:policy|boundary)) allows/.exec(said)?.[1];
  if (lacking !== undefined && !lacking.startsWith('identity-based')) {
    return {
      reason: 'DeniedByPolicy',
      message: `${inWords(lacking)} does not allow ${action}: have it allowed there, beside the IAM policy of the operator ${says}`,
    };
  }
  return {
    reason: 'AccessDenied',
    message: `the operator lacks the right ${action}: add it to the IAM policy of the operator ${says}`,
  };
}

const inWords = (policy = '') =>
  POLICIES.find(([pattern]) => pattern.test(policy))?.[1] ?? 'a policy of the account or its organisation';

/** IAM writes "… is not authorized to perform: lambda:CreateFunction on resource …". */
function missingAction(said: string): string | undefined {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(said)?.[1];
}
