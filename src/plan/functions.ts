import {
  type JwtSettings,
  OWN_CODE_ENV,
  OWN_CODE_FILE,
  POST_QUEUE_ENV,
  PRE_QUEUE_ENV,
  type PublicKeyScheme,
  type ResponseSettings,
  type SourceSettings,
  STORE_CA_FILE,
} from '../../handlers/contract.ts';
import { type Graph, type GraphNode, given, join, nodeKey, ref } from '../aws/graph/graph.ts';
import { TAGS } from '../aws/object/owner.ts';
import type { Unresolved } from '../aws/object/unresolved.ts';
import type { PolicyStatement } from '../aws/wire/policy.ts';
import { answersOf, withSender } from '../senders/index.ts';
import { handshakeSettings } from './handshake.ts';
import { ALIAS, type FunctionId, functionName, logGroupName } from './identity.ts';
import type { FunctionInput, PlanInput } from './input.ts';
import { storeAuthority, storeUri } from './store.ts';

type Environment = Readonly<Record<string, Unresolved<string>>>;

/** What differs between the two functions. */
interface FunctionPlan {
  readonly id: FunctionId;
  readonly description: string;
  readonly settings: PlanInput['spec']['preQueue' | 'postQueue'];
  readonly own: FunctionInput;
  readonly environment: Environment;
  /** Its rights beyond writing to its own log group. */
  readonly statements: readonly Unresolved<PolicyStatement>[];
  readonly inVpc: boolean;
  readonly secretNames: readonly string[];
  readonly provisionedConcurrency?: number | undefined;
  readonly tags?: GraphNode['tags'];
}

/** Both functions, each with its role, log group, alias and the concurrency that is set aside for it. */
export function planFunctions(input: PlanInput): Graph {
  return [preQueue(input), postQueue(input)].flatMap((plan) => planFunction(input, plan));
}

function preQueue({ spec, secrets, functions }: PlanInput): FunctionPlan {
  const answers = answersOf(spec.source.type);
  const {
    statusCode = answers.statusCode,
    body = answers.body,
    disabledStatusCode,
    ...said
  } = spec.endpoint.response;
  const response: ResponseSettings = {
    ...answers,
    ...said,
    statusCode,
    body,
    ...(!spec.endpoint.enabled && { disabledStatusCode }),
  };
  return {
    id: 'pre-queue',
    description: 'Verifies deliveries and puts them into the queue',
    settings: spec.preQueue,
    own: functions.preQueue,
    environment: {
      [PRE_QUEUE_ENV.queueUrl]: ref('Queue', 'queue', 'url'),
      [PRE_QUEUE_ENV.source]: JSON.stringify(withSender(settingsOf(spec))),
      [PRE_QUEUE_ENV.secrets]: JSON.stringify(secrets.signing.map(({ value }) => value)),
      [PRE_QUEUE_ENV.response]: JSON.stringify(response),
    },
    statements: [
      { Sid: 'Enqueue', Effect: 'Allow', Action: 'sqs:SendMessage', Resource: ref('Queue', 'queue', 'arn') },
    ],
    // It answers senders and needs only SQS: a VPC would cost it its way out.
    inVpc: false,
    secretNames: secrets.signing.map(({ from }) => from),
    provisionedConcurrency: spec.preQueue.provisionedConcurrency,
    tags: { [TAGS.gateway]: given('gateway', 'restApiId') },
  };
}

/** What a function is told of its source: all but what is, or names, its secrets and keys. */
function settingsOf({ source, endpoint: { handshake } }: PlanInput['spec']): SourceSettings {
  const { secretRefs: _, publicKey, jwt, ...rest } = source;
  const { keys: __, ...scheme } = publicKey ?? {};
  const { keys: ___, ...token } = jwt ?? {};
  return {
    ...rest,
    ...(publicKey && { publicKey: scheme as PublicKeyScheme }),
    ...(jwt && { jwt: token as JwtSettings }),
    ...(handshake && { handshakes: [handshakeSettings(handshake)] }),
  };
}

function postQueue(input: PlanInput): FunctionPlan {
  const { spec, functions, network } = input;
  const { database, collection, ttlDays, external } = spec.store;
  const hasCa = (external?.caConfigMapRef ?? external?.caSecretRef) !== undefined;
  return {
    id: 'post-queue',
    description: 'Writes events from the queue into the store',
    settings: spec.postQueue,
    own: functions.postQueue,
    environment: {
      [POST_QUEUE_ENV.storeUri]: storeUri(input),
      [POST_QUEUE_ENV.database]: database,
      [POST_QUEUE_ENV.collection]: collection,
      ...(ttlDays !== undefined && { [POST_QUEUE_ENV.ttlDays]: String(ttlDays) }),
      ...(hasCa && { [POST_QUEUE_ENV.storeCa]: STORE_CA_FILE }),
      ...(spec.store.managed && {
        [POST_QUEUE_ENV.managed]: 'true',
        [POST_QUEUE_ENV.storeAuthority]: storeAuthority,
      }),
      ...(spec.store.connectionSecret && {
        [POST_QUEUE_ENV.readerRole]: spec.store.connectionSecret.role,
      }),
    },
    statements: [
      {
        Sid: 'Dequeue',
        Effect: 'Allow',
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        Resource: ref('Queue', 'queue', 'arn'),
      },
      ...(network ? vpcStatements(input) : []),
    ],
    inVpc: network !== undefined,
    secretNames: [],
  };
}

const INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Lambda makes the interfaces with the function's role; the function's own code gets no use of that right. */
function vpcStatements({ owner, place }: PlanInput): PolicyStatement[] {
  const { partition, region, accountId } = place;
  const arn = `arn:${partition}:lambda:${region}:${accountId}:function:${functionName(owner, 'post-queue')}`;
  return [
    { Sid: 'Interfaces', Effect: 'Allow', Action: INTERFACE_ACTIONS, Resource: '*' },
    {
      Sid: 'NoInterfacesForCode',
      Effect: 'Deny',
      Action: INTERFACE_ACTIONS,
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': arn } },
    },
  ];
}

function planFunction({ owner, settings: operator, network }: PlanInput, plan: FunctionPlan): Graph {
  const { id, settings, own, inVpc } = plan;
  const name = functionName(owner, id);
  const part = 'Functions';
  const securityGroupIds = [ref('SecurityGroup', 'post-queue', 'id'), ...(network?.securityGroupIds ?? [])];
  return [
    {
      kind: 'LogGroup',
      id,
      part,
      desired: { name: logGroupName(owner, id), retentionDays: settings.logRetentionDays },
    },
    {
      kind: 'Role',
      id,
      part,
      desired: {
        name,
        path: owner.path,
        service: 'lambda.amazonaws.com',
        boundaryArn: operator.permissionsBoundaryArn,
        statements: [
          {
            Sid: 'Log',
            Effect: 'Allow',
            // Not logs:CreateLogGroup: a late line would make the group again, without retention.
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: join(ref('LogGroup', id, 'arn'), ':*'),
          },
          ...plan.statements,
        ],
      },
    },
    {
      kind: 'Function',
      id,
      part,
      ...(plan.tags && { tags: plan.tags }),
      desired: {
        name,
        description: plan.description,
        roleArn: ref('Role', id, 'arn'),
        roleId: ref('Role', id, 'roleId'),
        memoryMiB: settings.memoryMiB,
        timeoutSeconds: settings.timeoutSeconds,
        architecture: settings.architecture,
        environment: {
          ...own.environment,
          ...plan.environment,
          ...(own.ownCode !== undefined && { [OWN_CODE_ENV]: OWN_CODE_FILE }),
        },
        codeSha256: own.codeSha256,
        subnetIds: inVpc ? (network?.subnetIds ?? []) : [],
        securityGroupIds: inVpc ? securityGroupIds : [],
        logGroup: ref('LogGroup', id, 'name'),
      },
    },
    {
      kind: 'Alias',
      id,
      part,
      standing: true,
      desired: {
        functionName: ref('Function', id, 'name'),
        name: ALIAS,
        revision: ref('Function', id, 'revision'),
        secretNames: plan.secretNames,
        ...(own.ownCode !== undefined && { ownCode: own.ownCode }),
      },
    },
    ...(settings.reservedConcurrency === undefined
      ? []
      : [
          {
            kind: 'ReservedConcurrency' as const,
            id,
            part: 'Functions' as const,
            optional: true as const,
            after: [nodeKey('Function', id)],
            desired: { functionName: name, executions: settings.reservedConcurrency },
          },
        ]),
    ...(plan.provisionedConcurrency === undefined
      ? []
      : [
          {
            kind: 'ProvisionedConcurrency' as const,
            id,
            part: 'Functions' as const,
            optional: true as const,
            after: [nodeKey('Alias', id)],
            desired: { functionName: name, alias: ALIAS, executions: plan.provisionedConcurrency },
          },
        ]),
  ];
}
