import { describe, expect, test } from 'vitest';
import { role } from '../../../../src/aws/kinds/role.ts';
import { tagList } from '../../../../src/aws/wire/tags.ts';
import { OWNER } from '../graph/fake-kinds.ts';
import { scripted } from './scripted-account.ts';

const STATEMENTS = [{ Effect: 'Allow' as const, Action: 'logs:PutLogEvents', Resource: '*' }];
const DESIRED = {
  name: 'r',
  path: '/nami/',
  service: 'lambda.amazonaws.com',
  statements: STATEMENTS,
  boundaryArn: '',
};
const TRUST = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { Service: DESIRED.service }, Action: 'sts:AssumeRole' }],
});
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

const aws = (inline: string[] = [], attached: string[] = [], tags = tagList(OWNER.identity)) =>
  scripted({
    ListRoles: () => ({ Roles: [{ RoleName: 'r' }] }),
    GetRole: () => ({ Role: { RoleName: 'r', AssumeRolePolicyDocument: TRUST, Tags: tags } }),
    GetRolePolicy: () => ({ PolicyDocument: JSON.stringify({ Statement: STATEMENTS }) }),
    ListRolePolicies: () => ({ PolicyNames: ['nami', ...inline] }),
    ListAttachedRolePolicies: () => ({ AttachedPolicies: attached.map((PolicyArn) => ({ PolicyArn })) }),
    DeleteRolePolicy: () => ({}),
    DetachRolePolicy: () => ({}),
    DeleteRole: () => ({}),
  });
let run: ReturnType<typeof aws>;
const found = async (...strange: Parameters<typeof aws>) => {
  run = aws(...strange);
  const actual = await role.find(run.account, DESIRED, OWNER);
  if (!actual) throw new Error('it is there');
  return actual;
};

describe('a role', () => {
  test('with the rights that the operator gave it is left alone', async () => {
    expect(role.compare(await found(), DESIRED)).toEqual([]);
  });

  test('that is another’s is not asked for its rights', async () => {
    expect((await found([], [], [])).tags).toEqual({});
    expect(run.inputs('GetRolePolicy')).toEqual([]);
  });

  test('is neither there nor gone where IAM says nothing of it', async () => {
    const { account } = scripted({ GetRole: () => ({}) });
    await expect(role.find(account, DESIRED, OWNER)).rejects.toThrow('how the role r is');
  });

  test('loses what someone else gave it, in it or attached', async () => {
    const actual = await found(['more'], [ADMIN]);
    expect(role.compare(actual, DESIRED)).toEqual(['strange']);
    await role.update(run.account, DESIRED, actual, OWNER);
    expect(run.writes()).toEqual(['DeleteRolePolicy', 'DetachRolePolicy']);
    expect(run.inputs('DeleteRolePolicy')).toEqual([{ RoleName: 'r', PolicyName: 'more' }]);
    expect(run.inputs('DetachRolePolicy')).toEqual([{ RoleName: 'r', PolicyArn: ADMIN }]);
  });

  test('can go although someone has attached a policy to it', async () => {
    await found(['more'], [ADMIN]);
    const [owned] = await role.owned(run.account, OWNER);
    if (!owned) throw new Error('it is there');
    await role.remove(run.account, owned, OWNER);
    expect(run.writes()).toEqual(['DeleteRolePolicy', 'DetachRolePolicy', 'DeleteRolePolicy', 'DeleteRole']);
  });
});
