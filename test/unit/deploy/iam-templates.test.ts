import { readFileSync } from 'node:fs';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import type { Policy, Statement } from '../../iam/policies.ts';

const read = (name: string) => readFileSync(`deploy/iam/${name}`, 'utf8');

interface Filled {
  readonly partition: string;
  readonly cluster: string;
  readonly iamPath: string;
  readonly code: readonly string[];
  readonly zones: readonly string[];
  readonly regions: readonly string[];
}

const USUAL: Filled = {
  partition: 'aws',
  cluster: '6f6c0a3e-0000-4000-8000-1b8f2f6d2c11',
  iamPath: '/nami/',
  code: [],
  zones: [],
  regions: [],
};
const ELSEWHERE: Filled = {
  partition: 'aws-cn',
  cluster: 'blue',
  iamPath: '/nami/blue/',
  code: ['arn:aws-cn:s3:::code/*', 'arn:aws-cn:s3:::more/*'],
  zones: ['arn:aws-cn:route53:::hostedzone/Z1'],
  regions: ['cn-north-1'],
};
/** As much as anyone fills in. */
const LONG: Filled = {
  partition: 'aws-us-gov',
  cluster: 'c'.repeat(64),
  iamPath: `/${'p'.repeat(30)}/`,
  code: Array(3).fill(`arn:aws-us-gov:s3:::${'b'.repeat(30)}/*`),
  zones: Array(2).fill(`arn:aws-us-gov:route53:::hostedzone/${'Z'.repeat(21)}`),
  regions: Array(8).fill('us-gov-west-1'),
};

const ACCOUNT = '123456789012';
const boundaryArn = ({ partition }: Filled) =>
  `arn:${partition}:iam::${ACCOUNT}:policy/nami-operator-boundary`;

/** The statements of a policy in `deploy/iam/`, filled in as its README says. */
function wanted(name: string, filled: Filled): Statement[] {
  const { Statement } = JSON.parse(
    read(name)
      .replace(/arn:aws:iam::ACCOUNT_ID:policy\/nami-boundary/g, boundaryArn(filled))
      .replaceAll('"arn:aws:', `"arn:${filled.partition}:`)
      .replaceAll('CLUSTER_NAME', filled.cluster)
      .replace(/(role|instance-profile|parameter)\/nami\//g, `$1${filled.iamPath}`),
  ) as Policy;
  return Statement.flatMap((each) => {
    const given = givenFor(each, filled);
    if (given === undefined) return each;
    return given.length === 0 ? [] : { ...each, Resource: given };
  });
}

/** The resources of a statement that not everybody needs. */
const givenFor = ({ Sid }: Statement, { code, zones }: Filled): readonly string[] | undefined =>
  ({ OwnCode: code, DnsRecords: zones })[Sid ?? ''];

const inRegions = ({ regions }: Filled) =>
  regions.length === 0
    ? []
    : [
        {
          Sid: 'NotInOtherRegions',
          Effect: 'Deny',
          NotAction: ['iam:*', 'route53:*', 's3:GetObject', 's3:GetObjectVersion'],
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:RequestedRegion': regions } },
        },
      ];

/** What CloudFormation makes of a template's intrinsic functions. (CloudFormation: intrinsic function reference.) */
class Stack {
  readonly #template: ReturnType<typeof parseYaml>;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(filled: Filled, access = 'PodIdentity') {
    this.#template = parseYaml(read('cloudformation.yaml'));
    const parameters = Object.entries(this.#template.Parameters as Record<string, { Default?: string }>);
    this.#values = {
      ...Object.fromEntries(parameters.map(([name, { Default }]) => [name, Default])),
      Access: access,
      Cluster: filled.cluster,
      IamPath: filled.iamPath,
      CodeObjects: filled.code,
      HostedZones: filled.zones,
      Regions: filled.regions,
      EksCluster: 'eks',
      OidcIssuer: 'oidc.example/id/1',
      Boundary: boundaryArn(filled),
      'AWS::Partition': filled.partition,
      'AWS::AccountId': ACCOUNT,
      'AWS::NoValue': undefined,
    };
  }

  resource(name: string): ReturnType<typeof parseYaml> {
    return this.#resolve(this.#template.Resources[name]);
  }

  get policies(): Policy[] {
    const names = Object.keys(this.#template.Resources).filter((name) => /^Policy\d+$/.test(name));
    return names.map((name) => this.resource(name).Properties.PolicyDocument);
  }

  #value(name: string): unknown {
    if (name in this.#values) return this.#values[name];
    if (name in this.#template.Resources) return name;
    throw new Error(`nothing is called ${name}`);
  }

  #resolve(value: unknown): unknown {
    if (Array.isArray(value))
      return value.map((each) => this.#resolve(each)).filter((each) => each !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, inner] = ['', undefined]] = Object.entries(value);
    switch (key) {
      case 'Ref':
        return this.#value(String(inner));
      case 'Fn::Sub':
        return String(inner).replace(/\$\{([^}]+)\}/g, (_, name) => String(this.#value(name)));
      case 'Fn::If':
        return this.#choose(inner as [string, unknown, unknown]);
      case 'Fn::Equals':
        return this.#pair(inner)[0] === this.#pair(inner)[1];
      case 'Fn::Not':
        return !this.#pair(inner)[0];
      case 'Fn::Join':
        return (this.#pair(inner)[1] as string[]).join(String(this.#pair(inner)[0]));
      case 'Fn::GetAtt':
        return (inner as string[]).join('.');
      default:
        return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.#resolve(each)]));
    }
  }

  #pair = (value: unknown) => this.#resolve(value) as unknown[];

  #choose([condition, yes, no]: [string, unknown, unknown]): unknown {
    return this.#resolve(this.#resolve(this.#template.Conditions[condition]) ? yes : no);
  }
}

/** What Terraform makes of `policies.tf`, whose syntax a parser of HCL has passed. */
async function terraform(filled: Filled): Promise<{ policies: Policy[]; boundary: Policy }> {
  const { locals } = await parseHcl('policies.tf', read('terraform/policies.tf'));
  const [{ boundary, policies }] = locals;
  const holes: Readonly<Record<string, string>> = {
    'local.partition': filled.partition,
    'var.cluster': filled.cluster,
    'var.iam_path': filled.iamPath,
    'aws_iam_policy.boundary.arn': boundaryArn(filled),
  };
  const evaluated = (expression: string): Policy => {
    const [, version, list] =
      /Version = "([^"]+)"\s+Statement = concat\((.*),\s*\)\s*\}\)\}$/s.exec(expression) ?? [];
    const statements = String(list)
      .replace('length(var.code_objects) == 0 ? [] :', filled.code.length === 0 ? '[],' : '')
      .replace('length(var.hosted_zones) == 0 ? [] :', filled.zones.length === 0 ? '[],' : '')
      .replace('length(var.regions) == 0 ? [] :', filled.regions.length === 0 ? '[],' : '')
      .replace(/: var\.code_objects/, `: ${JSON.stringify(filled.code)}`)
      .replace(/: var\.hosted_zones/, `: ${JSON.stringify(filled.zones)}`)
      .replace(/: var\.regions/, `: ${JSON.stringify(filled.regions)}`)
      .replace(/\$\{([^}]+)\}/g, (_, name) => holes[name] ?? `nothing is called ${name}`);
    const all = (JSON.parse(`[${statements}]`) as Statement[][]).flat();
    const isLeftOut = (each: Statement) =>
      givenFor(each, filled)?.length === 0 ||
      (each.Sid === 'NotInOtherRegions' && filled.regions.length === 0);
    return { Version: String(version), Statement: all.filter((each) => !isLeftOut(each)) };
  };
  return {
    policies: Object.values(policies as Record<string, string>).map(evaluated),
    boundary: evaluated(boundary),
  };
}

const sizeOf = (policy: Policy) => JSON.stringify(policy).length;
/** (IAM and STS quotas: managed policies.) */
const MOST = 6144;

describe.each([
  ['the usual', USUAL],
  ['elsewhere', ELSEWHERE],
  ['as long as can be', LONG],
])('filled in with %s', (_, filled) => {
  test('the CloudFormation template gives the rights of the policies, and none else', () => {
    const stack = new Stack(filled);
    const boundary: Policy = stack.resource('Boundary').Properties.PolicyDocument;
    expect(boundary.Statement).toEqual(wanted('permissions-boundary.json', filled));
    const statements = stack.policies.flatMap(({ Statement }) => Statement);
    expect(statements).toEqual([...wanted('operator-policy.json', filled), ...inRegions(filled)]);
    for (const policy of [...stack.policies, boundary]) expect(sizeOf(policy)).toBeLessThanOrEqual(MOST);
  });

  test('the Terraform module gives the rights of the policies, and none else', async () => {
    const { policies, boundary } = await terraform(filled);
    expect(boundary.Statement).toEqual(wanted('permissions-boundary.json', filled));
    const statements = policies.flatMap(({ Statement }) => Statement);
    expect(statements).toEqual([...wanted('operator-policy.json', filled), ...inRegions(filled)]);
    for (const policy of [...policies, boundary]) expect(sizeOf(policy)).toBeLessThanOrEqual(MOST);
  });
});

test('by hand the whole policy fits into a role', () => {
  // Inline policies of a role, all together. (IAM and STS quotas.)
  const whole = { Version: '2012-10-17', Statement: wanted('operator-policy.json', USUAL) };
  expect(sizeOf(whole)).toBeLessThan(10_240);
});

test('only the operator’s service account gets the role', () => {
  const trust = new Stack(USUAL, 'IRSA').resource('Role').Properties.AssumeRolePolicyDocument;
  expect(JSON.parse(trust).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.example/id/1` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'oidc.example/id/1:aud': 'sts.amazonaws.com',
          'oidc.example/id/1:sub': 'system:serviceaccount:nami-system:nami-operator',
        },
      },
    },
  ]);
  expect(new Stack(USUAL).resource('Role').Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
    {
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:SourceAccount': ACCOUNT,
          'aws:RequestTag/kubernetes-namespace': 'nami-system',
          'aws:RequestTag/kubernetes-service-account': 'nami-operator',
        },
      },
    },
  ]);
});

test('the module attaches every policy, and takes what the template takes', async () => {
  const module = await parseHcl('main.tf', read('terraform/main.tf'));
  const { aws_iam_role_policy_attachment: attachment, aws_iam_policy: policy } = module.resource;
  expect(policy.operator[0].for_each).toContain('local.policies');
  expect(attachment.operator[0].for_each).toContain('aws_iam_policy.operator');
  const parameters = Object.keys(parseYaml(read('cloudformation.yaml')).Parameters);
  const inSnakeCase = (name: string) => name.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
  expect(Object.keys(module.variable).sort()).toEqual(parameters.map(inSnakeCase).sort());
});
