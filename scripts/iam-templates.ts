import { readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

/**
 * Writes the CloudFormation template and the policies of the Terraform module from the policies in `deploy/iam/`; with
 * `--check` fails where they are stale.
 */

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const folder = new URL('../deploy/iam/', import.meta.url);
const policyOf = (name: string): Policy => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

const BOUNDARY = 'arn:aws:iam::ACCOUNT_ID:policy/nami-boundary';
/** Statements for what not everybody has: who does names the resources. */
const OPTIONAL: Readonly<
  Record<string, { readonly parameter: string; readonly variable: string; readonly words: string }>
> = {
  OwnCode: {
    parameter: 'CodeObjects',
    variable: 'code_objects',
    words: 'Objects that hold pipelines’ own code, such as arn:aws:s3:::my-code/*',
  },
  DnsRecords: {
    parameter: 'HostedZones',
    variable: 'hosted_zones',
    words: 'Hosted zones of domain names, such as arn:aws:route53:::hostedzone/Z0123456789ABC',
  },
};

/** Characters that a managed policy may have, without white space. (IAM and STS quotas.) */
export const MANAGED_POLICY_SIZE = 6144;

/** Kept within the regions that are named, but for what has no region of its own. */
const IN_REGIONS: Statement = {
  Sid: 'NotInOtherRegions',
  Effect: 'Deny',
  NotAction: ['iam:*', 'route53:*', 's3:GetObject', 's3:GetObjectVersion'],
  Resource: '*',
  Condition: { StringNotEquals: { 'aws:RequestedRegion': 'REGIONS' } },
};

/** As long as what users fill in gets: 36 characters of a UID and some more, the longest partition, a long path. */
const LONGEST: readonly (readonly [string, string])[] = [
  ['arn:aws:', 'arn:aws-us-gov:'],
  ['ACCOUNT_ID', '123456789012'],
  ['CLUSTER_NAME', 'c'.repeat(64)],
  ['/nami/', `/${'p'.repeat(30)}/`],
  ['"REGIONS"', JSON.stringify(Array(8).fill('ap-southeast-1'))],
  ['CODE_BUCKET', 'b'.repeat(150)],
  ['HOSTED_ZONE_ID', 'Z'.repeat(100)],
];

const sizeOf = (statements: readonly Statement[]): number =>
  LONGEST.reduce(
    (text, [word, long]) => text.replaceAll(word, long),
    JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  ).length;

/** The statements of a policy in as few policies as hold them, in their order. */
function split(statements: readonly Statement[]): Statement[][] {
  const parts: Statement[][] = [[]];
  for (const statement of statements) {
    const last = parts.at(-1) ?? [];
    if (sizeOf([...last, statement]) <= MANAGED_POLICY_SIZE) last.push(statement);
    else parts.push([statement]);
  }
  return parts;
}

/** Where CloudFormation and Terraform alike fill something into a text. */
const hole = (name: string) => `\${${name}}`;

/** How a language writes what users fill in. */
interface Words {
  readonly partition: string;
  readonly cluster: string;
  readonly iamPath: string;
}

/** The texts in a policy, with a language's words in the places of what users fill in. */
function filled(value: unknown, words: Words, write: (text: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, words, write));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, filled(inner, words, write)]),
    );
  const text = String(value);
  const { partition, cluster, iamPath } = words;
  return write(
    text
      .replace(/^arn:aws:/, `arn:${partition}:`)
      .replaceAll('CLUSTER_NAME', cluster)
      .replace(/:(role|instance-profile|parameter)\/nami\//, `:$1${iamPath}`),
  );
}

/** Intrinsic functions in their long form. */
const sub = (text: string) => (text.includes(hole('').slice(0, 2)) ? { 'Fn::Sub': text } : text);
const ref = (name: string) => ({ Ref: name });
const onlyIf = (condition: string, value: unknown) => ({
  'Fn::If': [condition, value, ref('AWS::NoValue')],
});

const CLOUDFORMATION: Words = {
  partition: hole('AWS::Partition'),
  cluster: hole('Cluster'),
  iamPath: hole('IamPath'),
};

function inCloudFormation(statement: Statement): unknown {
  const written = filled(statement, CLOUDFORMATION, (text) =>
    text === BOUNDARY_FILLED ? ref('Boundary') : sub(text),
  );
  const optional = OPTIONAL[statement.Sid];
  if (optional !== undefined) {
    const { parameter } = optional;
    return onlyIf(`Has${parameter}`, { ...(written as object), Resource: ref(parameter) });
  }
  if (statement.Sid === IN_REGIONS.Sid)
    return onlyIf('HasRegions', {
      ...(written as object),
      Condition: { StringNotEquals: { 'aws:RequestedRegion': ref('Regions') } },
    });
  return written;
}

const BOUNDARY_FILLED = BOUNDARY.replace('arn:aws:', `arn:${hole('AWS::Partition')}:`);

const text = (description: string, more: object = {}) => ({
  Type: 'String',
  Description: description,
  ...more,
});
const list = (description: string) => ({ Type: 'CommaDelimitedList', Default: '', Description: description });

const isGiven = (listName: string) => ({
  'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', ref(listName)] }, ''] }],
});

/** No cluster or issuer is called so. */
const NOT_GIVEN = '-';

/** One way for the pod to get its role needs one of the parameters. */
const needs = (access: string, parameter: string) => ({
  RuleCondition: { 'Fn::Equals': [ref('Access'), access] },
  Assertions: [
    {
      Assert: { 'Fn::Not': [{ 'Fn::Equals': [ref(parameter), NOT_GIVEN] }] },
      AssertDescription: `${access} needs ${parameter}`,
    },
  ],
});

/** Whom a role trusts has the issuer in its keys, where CloudFormation fills nothing in but in a text. */
const IRSA_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: {
        Federated: `arn:${hole('AWS::Partition')}:iam::${hole('AWS::AccountId')}:oidc-provider/${hole('OidcIssuer')}`,
      },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${hole('OidcIssuer')}:aud`]: 'sts.amazonaws.com',
          [`${hole('OidcIssuer')}:sub`]: `system:serviceaccount:${hole('Namespace')}:${hole('ServiceAccount')}`,
        },
      },
    },
  ],
});

const POD_IDENTITY_TRUST = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:SourceAccount': ref('AWS::AccountId'),
          'aws:RequestTag/kubernetes-namespace': ref('Namespace'),
          'aws:RequestTag/kubernetes-service-account': ref('ServiceAccount'),
        },
      },
    },
  ],
};

export function cloudFormation(operator: Policy, boundary: Policy): string {
  const parts = split([...operator.Statement, IN_REGIONS]);
  const document = (statements: readonly Statement[]) => ({
    Version: operator.Version,
    Statement: statements.map(inCloudFormation),
  });
  const names = parts.map((_, index) => `Policy${index + 1}`);
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      'Nami operator: its role, its policies and the permissions boundary of the roles that it makes',
    Parameters: {
      Cluster: text('The UID of the namespace kube-system, or operator.cluster (NAMI_CLUSTER)', {
        MinLength: 1,
        MaxLength: 64,
      }),
      Access: text('How the pod gets the role: IRSA or PodIdentity', {
        AllowedValues: ['IRSA', 'PodIdentity'],
        Default: 'PodIdentity',
      }),
      EksCluster: text('PodIdentity: name of the EKS cluster', { Default: NOT_GIVEN }),
      OidcIssuer: text('IRSA: issuer of the cluster without https://, which IAM has a provider for', {
        Default: NOT_GIVEN,
      }),
      Namespace: text('Namespace of the operator', { Default: 'nami-system' }),
      ServiceAccount: text('Service account of the operator', { Default: 'nami-operator' }),
      RoleName: text('Name of the role; the names of policies and boundary begin with it', {
        Default: 'nami-operator',
        MaxLength: 53,
      }),
      IamPath: text('aws.iamPath (NAMI_IAM_PATH); each cluster of an account should have its own', {
        Default: '/nami/',
        MaxLength: 32,
        AllowedPattern: '/([A-Za-z0-9_.-]+/)+',
      }),
      ...Object.fromEntries(Object.values(OPTIONAL).map(({ parameter, words }) => [parameter, list(words)])),
      Regions: list('The only regions in which the operator may do anything; none: all'),
    },
    Rules: {
      PodIdentityNeedsACluster: needs('PodIdentity', 'EksCluster'),
      IrsaNeedsAnIssuer: needs('IRSA', 'OidcIssuer'),
    },
    Conditions: {
      IsIrsa: { 'Fn::Equals': [ref('Access'), 'IRSA'] },
      IsPodIdentity: { 'Fn::Equals': [ref('Access'), 'PodIdentity'] },
      ...Object.fromEntries(
        Object.values(OPTIONAL).map(({ parameter }) => [`Has${parameter}`, isGiven(parameter)]),
      ),
      HasRegions: isGiven('Regions'),
    },
    Resources: {
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: { 'Fn::Sub': `${hole('RoleName')}-boundary` },
          Description: 'The most that a role may do which the Nami operator makes',
          PolicyDocument: document(boundary.Statement),
        },
      },
      ...Object.fromEntries(
        parts.map((statements, index) => [
          names[index],
          {
            Type: 'AWS::IAM::ManagedPolicy',
            Properties: {
              ManagedPolicyName: { 'Fn::Sub': `${hole('RoleName')}-${index + 1}` },
              Description: `What the Nami operator may do, part ${index + 1} of ${parts.length}`,
              PolicyDocument: document(statements),
            },
          },
        ]),
      ),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: ref('RoleName'),
          AssumeRolePolicyDocument: {
            'Fn::If': ['IsIrsa', { 'Fn::Sub': IRSA_TRUST }, POD_IDENTITY_TRUST],
          },
          ManagedPolicyArns: names.map(ref),
        },
      },
      Association: {
        Type: 'AWS::EKS::PodIdentityAssociation',
        Condition: 'IsPodIdentity',
        Properties: {
          ClusterName: ref('EksCluster'),
          Namespace: ref('Namespace'),
          ServiceAccount: ref('ServiceAccount'),
          RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        },
      },
    },
    Outputs: {
      RoleArn: {
        Description: 'IRSA: the annotation eks.amazonaws.com/role-arn of the service account',
        Value: { 'Fn::GetAtt': ['Role', 'Arn'] },
      },
      PermissionsBoundary: {
        Description: 'aws.permissionsBoundary (NAMI_PERMISSIONS_BOUNDARY)',
        Value: ref('Boundary'),
      },
    },
  };
  return `${HEADER}${stringify(template, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

const HEADER = '# Written by "npm run generate" from operator-policy.json and permissions-boundary.json.\n';

const TERRAFORM: Words = {
  partition: hole('local.partition'),
  cluster: hole('var.cluster'),
  iamPath: hole('var.iam_path'),
};

const BOUNDARY_TERRAFORM = BOUNDARY.replace('arn:aws:', `arn:${hole('local.partition')}:`);

/** JSON is an expression of HCL; what is filled in are templates in its texts. */
function inTerraform(statement: Statement, indent: string): string {
  const written = filled(statement, TERRAFORM, (each) =>
    each === BOUNDARY_TERRAFORM ? hole('aws_iam_policy.boundary.arn') : each,
  );
  const expression = (value: unknown) => JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
  const optional = OPTIONAL[statement.Sid];
  if (optional !== undefined) {
    const given = `var.${optional.variable}`;
    const list = expression({ ...(written as object), Resource: 'GIVEN' }).replace('"GIVEN"', given);
    return `length(${given}) == 0 ? [] : [${list}]`;
  }
  if (statement.Sid === IN_REGIONS.Sid)
    return `length(var.regions) == 0 ? [] : [${expression(written).replace('"REGIONS"', 'var.regions')}]`;
  return `[${expression(written)}]`;
}

export function terraform(operator: Policy, boundary: Policy): string {
  const document = (statements: readonly Statement[], indent: string) =>
    [
      'jsonencode({',
      `  Version = "${operator.Version}"`,
      '  Statement = concat(',
      ...statements.map((each) => `    ${inTerraform(each, `${indent}    `)},`),
      '  )',
      '})',
    ].join(`\n${indent}`);
  const parts = split([...operator.Statement, IN_REGIONS]);
  return [
    `${HEADER}`,
    'locals {',
    `  boundary = ${document(boundary.Statement, '  ')}`,
    '',
    '  policies = {',
    ...parts.map((part, index) => `    "${index + 1}" = ${document(part, '    ')}`),
    '  }',
    '}',
    '',
  ].join('\n');
}

if (import.meta.main) {
  const operator = policyOf('operator-policy.json');
  const boundary = policyOf('permissions-boundary.json');
  const files = {
    'cloudformation.yaml': cloudFormation(operator, boundary),
    'terraform/policies.tf': terraform(operator, boundary),
  };
  for (const [name, wanted] of Object.entries(files)) {
    const file = new URL(name, folder);
    if (!process.argv.includes('--check')) writeFileSync(file, wanted);
    else if (readFileSync(file, 'utf8') !== wanted) {
      console.error(`deploy/iam/${name} is stale: run "npm run generate" and commit the result`);
      process.exit(1);
    }
  }
}
