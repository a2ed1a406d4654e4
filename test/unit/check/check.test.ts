import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Account } from '../../../src/aws/account/account.ts';
import { withAction } from '../../../src/aws/account/errors.ts';
import { checkRights } from '../../../src/check/check.ts';
import { PROBES } from '../../../src/check/probes.ts';
import { wantedRights } from '../../../src/check/rights.ts';
import { inWords } from '../../../src/check/words.ts';
import { actionsOf, allowedActions } from '../../iam-actions.ts';
import { AwsError, connectionReset } from '../../simulation/aws/aws-error.ts';
import { sdkClients } from '../../simulation/aws/sdk-clients.ts';
import { scripted } from '../aws/kinds/scripted-account.ts';

const policy = JSON.parse(readFileSync('deploy/iam/operator-policy.json', 'utf8'));
const BOUNDARY = 'arn:aws:iam::123456789012:policy/bounds';
const SETTINGS = {
  cluster: 'blue',
  iamPath: '/team/nami/',
  permissionsBoundaryArn: BOUNDARY,
  codeBuckets: [],
  hostedZoneIds: [],
};
const PLACE = { partition: 'aws-cn', region: 'cn-north-1', accountId: '123456789012', ...SETTINGS };
const ROLE = 'arn:aws:iam::123456789012:role/platform/nami-operator';

type Input = Readonly<Record<string, unknown>>;
interface Request {
  readonly action: string;
  readonly input: Input;
}

interface Aws {
  /** Whether a call is let through; all are by default. */
  readonly allows?: (action: string) => boolean;
  /** Whether IAM's simulator says so of an action; without it, it may not be asked. */
  readonly simulates?: (action: string, resource: string, input: Input) => boolean;
  readonly fails?: (action: string) => Error | undefined;
}

/** An account in which nothing is, as AWS answers there; `asked` is filled with what was asked. */
function accountOf(
  { allows = () => true, simulates, fails = () => undefined }: Aws,
  asked: Request[] = [],
): Account {
  const refusal = (service: string, command: string, input: Input): Error | undefined => {
    const [action = ''] = actionsOf(service === 'apigateway' ? 'api-gateway' : service, command);
    asked.push({ action, input });
    const failure = fails(action);
    if (failure) return failure;
    const isSimulation = action === 'iam:SimulatePrincipalPolicy';
    if (isSimulation ? simulates === undefined : !allows(action)) {
      return service === 'ec2'
        ? new AwsError('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403)
        : new AwsError(
            'AccessDeniedException',
            `x is not authorized to perform: ${action} on resource: y`,
            403,
          );
    }
    if (input.DryRun === true) return new AwsError('DryRunOperation', 'Request would have succeeded', 412);
    if (service === 'lambda' && input.FunctionName)
      return new AwsError('ResourceNotFoundException', 'none', 404);
    if (service === 'sqs' && command !== 'ListQueues') return new AwsError('QueueDoesNotExist', 'none');
    if (service === 'ssm' && command !== 'GetParametersByPath')
      return new AwsError('ParameterNotFound', 'none');
    return undefined;
  };
  const clients = sdkClients(async (service, command, input) => {
    const error = refusal(service, command, input);
    if (error) throw withAction(error, `${service}:${command}`);
    if (command === 'ListRoles') return { Roles: [{ RoleName: 'nami-operator', Arn: ROLE }] };
    if (command !== 'SimulatePrincipalPolicy') return {};
    const { ActionNames, ResourceArns } = input as { ActionNames: string[]; ResourceArns: string[] };
    const results = ActionNames.flatMap((action) =>
      ResourceArns.map((resource) => ({
        EvalActionName: action,
        EvalDecision: simulates?.(action, resource, input) ? 'allowed' : 'implicitDeny',
      })),
    );
    return { EvaluationResults: results };
  });
  return { ...scripted({}).account, ...clients } as Account;
}

const actions = [...allowedActions(policy)];
const optional = actions.filter((action) => /^(route53|s3):/.test(action));

describe('a check of the rights in AWS', () => {
  test('with all of them finds none missing, and says what it could not check without the simulator', async () => {
    const { present, missing, unanswered, unknown, withoutSimulation } = await checkRights(
      accountOf({}),
      SETTINGS,
    );
    expect([missing.size, unanswered.size]).toEqual([0, 0]);
    expect(present).toEqual(Object.keys(PROBES).sort());
    expect([...present, ...unknown, ...optional].sort()).toEqual(actions.sort());
    expect(withoutSimulation).toContain('lacks the right iam:SimulatePrincipalPolicy');
  });

  test.each(Object.keys(PROBES))('names %s where AWS denies it', async (denied) => {
    const account = accountOf({ allows: (action) => action !== denied });
    const { missing, present } = await checkRights(account, SETTINGS);
    expect([...missing.keys()]).toEqual([denied]);
    expect(missing.get(denied)).toContain(denied);
    expect(present).not.toContain(denied);
  });

  test('asks the simulator about the role behind the session, and so misses no right', async () => {
    const asked: Request[] = [];
    const account = accountOf({ simulates: () => true }, asked);
    const { present, missing, unknown, withoutSimulation } = await checkRights(account, SETTINGS);
    expect([...present, ...optional].sort()).toEqual(actions.sort());
    expect([missing.size, unknown, withoutSimulation]).toEqual([0, [], undefined]);
    const simulations = asked.filter(({ action }) => action === 'iam:SimulatePrincipalPolicy');
    expect(new Set(simulations.map(({ input }) => input.PolicySourceArn))).toEqual(new Set([ROLE]));
  });

  test('names what the simulator denies, and believes AWS’s own refusal before it', async () => {
    const account = accountOf({
      allows: (action) => action !== 'lambda:GetFunction',
      simulates: (action) => action !== 'iam:CreateRole',
    });
    const { missing } = await checkRights(account, SETTINGS);
    expect([...missing.keys()]).toEqual(['iam:CreateRole', 'lambda:GetFunction']);
    expect(missing.get('iam:CreateRole')).toBe(
      `IAM's simulator says that the policies of ${ROLE} don't allow it`,
    );
  });

  test('takes an action for there where one kind of object that its statement names has it', async () => {
    const simulates = (action: string, resource: string) =>
      action !== 'ec2:CreateVpc' || resource.includes(':vpc/');
    const { missing } = await checkRights(accountOf({ simulates }), SETTINGS);
    expect([...missing.keys()]).toEqual([]);
  });

  test('tells an AWS that does not answer from one that denies', async () => {
    const fails = (action: string) => (action.startsWith('sqs:') ? connectionReset() : undefined);
    const { missing, unanswered } = await checkRights(accountOf({ fails }), SETTINGS);
    expect(missing.size).toBe(0);
    expect([...unanswered.keys()].sort()).toEqual(
      Object.keys(PROBES)
        .filter((action) => action.startsWith('sqs:'))
        .sort(),
    );
    expect(unanswered.get('sqs:ListQueues')).toContain('AWS cannot be reached');
  });

  test('knows nothing where AWS asks for fewer calls', async () => {
    const fails = (action: string) =>
      action === 'logs:DescribeLogGroups' ? new AwsError('ThrottlingException', 'Rate exceeded') : undefined;
    const { present, missing, unknown } = await checkRights(accountOf({ fails }), SETTINGS);
    expect(unknown).toContain('logs:DescribeLogGroups');
    expect([present.includes('logs:DescribeLogGroups'), missing.size]).toEqual([false, 0]);
  });

  test('changes nothing: it reads, asks for what is not there, or has EC2 say what it would do', async () => {
    const asked: Request[] = [];
    await checkRights(accountOf({ simulates: () => true }, asked), SETTINGS);
    expect(asked.length).toBeGreaterThan(40);
    const others = asked.filter(
      ({ action, input }) =>
        !/:(GET|Get|List|Describe|Simulate)/.test(action) &&
        input.DryRun !== true &&
        input.InvocationType !== 'DryRun',
    );
    expect(others).toEqual([]);
  });

  test('says it in words', async () => {
    const account = accountOf({ allows: (action) => action !== 'ec2:DescribeVpcs' });
    await expect(`${inWords(await checkRights(account, SETTINGS)).join('\n')}\n`).toMatchFileSnapshot(
      'check.snap',
    );
  });
});

describe('the rights that are looked for', () => {
  test('are those of deploy/iam, each statement once', () => {
    const allowing = (policy.Statement as { Sid: string; Effect: string }[]).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    const wanted = wantedRights({ ...PLACE, codeBuckets: ['modules/all/'], hostedZoneIds: ['Z1'] });
    expect(wanted.map(({ sid }) => sid)).toEqual(allowing.map(({ Sid }) => Sid));
    expect(new Set(wanted.flatMap((rights) => rights.actions))).toEqual(allowedActions(policy));
  });

  test('are asked for of objects as the operator makes them, in the account at hand', () => {
    const wanted = wantedRights({ ...PLACE, codeBuckets: ['modules/all/'], hostedZoneIds: ['Z1'] });
    const resources = wanted.flatMap((rights) => rights.resources);
    expect(resources.filter((arn) => /[*]|ACCOUNT_ID|CODE_BUCKET|:aws:/.test(arn) && arn !== '*')).toEqual(
      [],
    );
    expect(resources).toContain('arn:aws-cn:iam::123456789012:role/team/nami/nami-check');
    expect(resources).toContain('arn:aws-cn:lambda:cn-north-1:123456789012:function:nami-check');
    expect(resources).toContain(
      'arn:aws-cn:ssm:cn-north-1::parameter/aws/service/ami-amazon-linux-latest/nami-check',
    );
    expect(resources).toContain('arn:aws-cn:s3:::modules/all/nami-check');
    expect(resources).toContain('arn:aws-cn:route53:::hostedzone/Z1');
  });

  test('come with what their conditions ask of a request', () => {
    const context = wantedRights(PLACE).flatMap((rights) => rights.context);
    const values = Object.fromEntries(context.map((entry) => [entry.ContextKeyName, entry.ContextKeyValues]));
    expect(values).toMatchObject({
      'iam:PermissionsBoundary': [BOUNDARY],
      'iam:PassedToService': ['lambda.amazonaws.com'],
      'lambda:FunctionArn': ['arn:aws-cn:lambda:cn-north-1:123456789012:function:nami-check'],
      'aws:RequestTag/nami.dev/cluster': ['blue'],
    });
  });

  test('are those that are given, and need nothing of a request that is to do without', () => {
    const statement = { Sid: 'Made', Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*' };
    const conditions = {
      Null: { 'aws:ResourceTag/foreign': 'true', 'aws:ResourceTag/ours': 'false' },
      StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' },
      StringLike: { 'aws:RequestTag/nami.dev/name': ['orders', '*'] },
    };
    const [rights, ...more] = wantedRights(PLACE, [
      { ...statement, Condition: conditions },
      { ...statement, Effect: 'Deny' },
    ]);
    expect(more).toEqual([]);
    expect(rights?.context.map((entry) => [entry.ContextKeyName, ...entry.ContextKeyValues])).toEqual([
      ['aws:ResourceTag/ours', 'nami-check'],
      ['aws:RequestTag/nami.dev/name', 'orders'],
    ]);
  });

  test('are on code in S3 only where the settings name a bucket', () => {
    expect(wantedRights(PLACE).map(({ sid }) => sid)).not.toContain('OwnCode');
  });

  test('are each probed where it can be done harmlessly', () => {
    for (const action of Object.keys(PROBES)) expect(actions).toContain(action);
    const unprobed = actions.filter((action) => !(action in PROBES) && /:(Get|List|Describe)/.test(action));
    // The answer would be about another object than one that the operator may see: ids and URLs are AWS's, and roles have
    // a path.
    expect(unprobed.sort()).toEqual([
      'ec2:GetConsoleOutput',
      'iam:GetInstanceProfile',
      'iam:GetRole',
      'iam:GetRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:ListRolePolicies',
      'lambda:GetEventSourceMapping',
      'lambda:ListTags',
      'route53:ListResourceRecordSets',
      's3:GetObject',
      's3:GetObjectVersion',
      'sqs:GetQueueAttributes',
      'sqs:ListQueueTags',
    ]);
  });
});
