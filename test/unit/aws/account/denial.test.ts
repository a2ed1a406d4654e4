import { describe, expect, test } from 'vitest';
import { judge, withAction } from '../../../../src/aws/account/errors.ts';

/** How AWS words it. (IAM: troubleshoot access denied error messages.) */
const said = (rest: string) =>
  `User: arn:aws:sts::1:assumed-role/nami/x is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:f ${rest}`;
const refusal = (message: string, name = 'AccessDeniedException', action = 'lambda:CreateFunction') =>
  withAction(Object.assign(new Error(message), { name }), action);

describe('a right that a policy takes away is no right that ours lacks', () => {
  test.each([
    ['with an explicit deny in a service control policy', 'a service control policy of the organisation'],
    ['with an explicit deny in a resource control policy', 'a resource control policy of the organisation'],
    ['with an explicit deny in a permissions boundary', "the permissions boundary of the operator's role"],
    ['with an explicit deny in an identity-based policy', "an IAM policy of the operator's role"],
    ['with an explicit deny in a session policy', "the session policy of the operator's credentials"],
    ['with an explicit deny in a VPC endpoint policy', 'the policy of the VPC endpoint'],
    ['with an explicit deny in a resource-based policy', 'the policy of the resource itself'],
    ['with an explicit deny', 'a policy of the account or its organisation'],
  ])('%s', (rest, whose) => {
    const { message, ...judged } = judge(refusal(said(rest)));
    expect(judged).toEqual({ is: 'backoff', reason: 'DeniedByPolicy' });
    expect(message).toContain(`${whose} denies lambda:CreateFunction, which`);
    expect(message).toContain('operator.tags (NAMI_TAGS) or spec.tags');
    expect(message).not.toContain('lacks');
  });

  test.each([
    ['because no service control policy allows the lambda:CreateFunction action', 'a service control policy'],
    ['because no permissions boundary allows the lambda:CreateFunction action', 'the permissions boundary'],
    ['because no session policy allows the lambda:CreateFunction action', 'the session policy'],
  ])('%s', (rest, whose) => {
    const judged = judge(refusal(said(rest)));
    expect(judged).toMatchObject({ reason: 'DeniedByPolicy' });
    expect(judged.message).toMatch(
      new RegExp(`^${whose} .*does not allow lambda:CreateFunction: have it allowed`),
    );
  });

  test('as EC2 words it, with a code of its own', () => {
    const message = `You are not authorized to perform this operation. ${said('with an explicit deny in a service control policy')}. Encoded authorization failure message: abc`;
    const judged = judge(refusal(message, 'UnauthorizedOperation', 'ec2:RunInstances'));
    expect(judged).toMatchObject({ reason: 'DeniedByPolicy' });
    expect(judged.message, 'another text each time').not.toContain('abc');
  });

  test('by a tag policy, under whichever code', () => {
    const message = "The tag policy does not allow the specified value for the following tag key: 'stage'.";
    expect(judge(refusal(message, 'TagPolicyViolation'))).toMatchObject({
      reason: 'DeniedByPolicy',
      message: expect.stringMatching(
        /tag policy .* refuses the tags of lambda:CreateFunction: correct operator\.tags/,
      ),
    });
  });
});

test.each(['because no identity-based policy allows the lambda:CreateFunction action', ''])(
  'a right that nobody gives is ours to be given: %s',
  (rest) => {
    expect(judge(refusal(said(rest)))).toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringContaining('lacks the right lambda:CreateFunction: add it to the IAM policy'),
    });
  },
);
