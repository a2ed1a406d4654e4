import { createHash } from 'node:crypto';
import type {
  AddPermissionRequest,
  CreateAliasRequest,
  CreateEventSourceMappingRequest,
  CreateFunctionRequest,
  DeleteEventSourceMappingRequest,
  DeleteFunctionConcurrencyRequest,
  DeleteFunctionRequest,
  DeleteProvisionedConcurrencyConfigRequest,
  GetAliasRequest,
  GetEventSourceMappingRequest,
  GetFunctionConcurrencyRequest,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  GetPolicyRequest,
  GetProvisionedConcurrencyConfigRequest,
  InvocationRequest,
  ListEventSourceMappingsRequest,
  ListFunctionsRequest,
  ListProvisionedConcurrencyConfigsRequest,
  ListVersionsByFunctionRequest,
  PublishVersionRequest,
  PutFunctionConcurrencyRequest,
  PutProvisionedConcurrencyConfigRequest,
  RemovePermissionRequest,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateAliasRequest,
  UpdateEventSourceMappingRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda';
import { rfc3339 } from '../../../src/clock.ts';
import { AwsError } from './aws-error.ts';
import type { Ec2Network } from './ec2-network.ts';
import type { Iam } from './iam.ts';
import { pageOf } from './pages.ts';
import { type Operations, Service, type Surroundings } from './service.ts';
import type { Sqs } from './sqs.ts';
import { Table } from './table.ts';
import { type Tags, withoutTags } from './tags.ts';

/** What a function is made of; a version keeps it as it was. */
export interface FunctionSettings {
  readonly role: string;
  /** The role's own id: the grant on the environment is for this one. */
  readonly roleId: string;
  readonly runtime: string;
  readonly handler: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly codeSha256: string;
  readonly subnetIds: readonly string[];
  readonly groupIds: readonly string[];
  readonly logGroup: string | undefined;
}

export interface FunctionVersion extends FunctionSettings {
  readonly version: string;
  readonly madeAt: number;
}

export interface LambdaFunction extends FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  readonly madeAt: number;
  readonly updatedAt: number;
  readonly versions: readonly FunctionVersion[];
  readonly nextVersion: number;
  readonly reserved: number | undefined;
  /** Why the last change of it came to nothing. */
  readonly failure?: string | undefined;
}

export interface Alias {
  readonly functionName: string;
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
  /** Another for each that was made, whatever it is called. */
  readonly id: string;
}

interface Permission {
  readonly key: string;
  readonly Sid: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn: string;
  readonly resource: string;
}

interface Provisioned {
  readonly functionName: string;
  readonly qualifier: string;
  readonly executions: number;
  readonly at: number;
  /** The version that takes the traffic until the environments of the next are ready. */
  readonly before?: string | undefined;
}

export interface Mapping {
  readonly id: string;
  readonly queueArn: string;
  readonly functionArn: string;
  readonly tags: Tags;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency: number | undefined;
  readonly responseTypes: readonly string[];
  readonly madeAt: number;
  readonly updatedAt?: number;
  readonly deletedAt?: number;
}

/** A function that is to be run, as one of its versions is. */
export interface Invoked extends FunctionVersion {
  readonly name: string;
}

/** What the code of a function answers; stands in for `handlers/`. */
export type Code = (invoked: Invoked, event: unknown) => unknown;

const PAGE = 50;
/** (Lambda quotas.) */
const CONCURRENCY = 1000;
const UNRESERVED = 100;

/** AWS Lambda. Errors as in the Lambda API Reference, action by action. */
export class Lambda extends Service {
  readonly functions = new Table<LambdaFunction>(this.moment);
  readonly aliases = new Table<Alias>(this.moment);
  readonly permissions = new Table<Permission>(this.moment);
  readonly provisioned = new Table<Provisioned>(this.moment);
  readonly mappings = new Table<Mapping>(this.moment);
  /** Zones in which it has no interfaces. */
  readonly zonesWithoutInterfaces = new Set<string>();
  /** What runs when a function is invoked. */
  code: Code = () => null;
  /** Why a function can't become what it was asked to be, which Lambda says once it has tried. */
  failureOf: (wanted: FunctionSettings) => string | undefined = () => undefined;
  /** Called when a mapping may have begun to read its queue. */
  onMapping = () => {};
  readonly #iam: Iam;
  readonly #sqs: Sqs;
  readonly #network: Ec2Network;

  constructor(around: Surroundings, { iam, sqs, network }: { iam: Iam; sqs: Sqs; network: Ec2Network }) {
    super(around);
    this.#iam = iam;
    this.#sqs = sqs;
    this.#network = network;
  }

  /** The version that an alias or a number names; undefined where there is none. */
  versionOf(functionName: string, qualifier = '$LATEST'): Invoked | undefined {
    const found = this.functions.get(functionName);
    if (!found) return undefined;
    if (qualifier === '$LATEST') return { ...found, version: '$LATEST' };
    const version = this.aliases.get(`${functionName}:${qualifier}`)?.version ?? qualifier;
    const published = found.versions.find((each) => each.version === version);
    return published && { ...published, name: functionName };
  }

  /** Whether a caller may invoke an alias. */
  lets(functionName: string, alias: string, sourceArn: string): boolean {
    return this.permissions
      .filter(({ key }) => key === `${functionName}:${alias}`)
      .some((each) => matchesArn(sourceArn, each.sourceArn));
  }

  /**
   * Why a version can't run. The grant on its environment is for the role that it was configured with: one that is made
   * again under that name is another. (hashicorp/terraform-provider-aws#9703.)
   */
  refusalOf({ role, roleId }: Invoked): AwsError | undefined {
    const isSameRole = this.#iam.roles.find(({ arn }) => arn === role)?.id === roleId;
    if (isSameRole) return undefined;
    return new AwsError(
      'KMSAccessDeniedException',
      'Lambda was unable to decrypt the environment variables because KMS access was denied.',
      502,
    );
  }

  /** Whether a mapping brings messages to its function now. */
  reads(mapping: Mapping): boolean {
    return this.#mappingState(mapping) === 'Enabled';
  }

  readonly operations: Operations = {
    CreateFunction: (input: CreateFunctionRequest) => {
      const { FunctionName: name = '', Tags = {}, Code } = input;
      if (this.functions.has(name)) throw conflict(`Function already exist: ${name}`);
      const settings = this.#settingsOf(input, sha256Of(Code?.ZipFile));
      this.#requireUsable(settings);
      const made = this.functions.set(name, {
        ...settings,
        name,
        arn: this.arn('lambda', `function:${name}`),
        tags: Tags,
        madeAt: this.now,
        updatedAt: Number.NEGATIVE_INFINITY,
        versions: [],
        nextVersion: 1,
        reserved: undefined,
      });
      this.#holdInterfaces(made);
      return input.Publish ? this.#publish(name) : this.#show(made);
    },
    GetFunction: ({ FunctionName = '' }: GetFunctionRequest) => {
      const found = this.#require(FunctionName);
      return {
        Configuration: this.#show(found),
        Tags: { ...found.tags },
        Code: {},
        ...(found.reserved !== undefined && {
          Concurrency: { ReservedConcurrentExecutions: found.reserved },
        }),
      };
    },
    GetFunctionConfiguration: ({
      FunctionName = '',
      Qualifier = '$LATEST',
    }: GetFunctionConfigurationRequest) => {
      const found = this.#require(FunctionName);
      if (Qualifier === '$LATEST') return this.#show(found);
      return this.#showVersion(found, this.#requireVersion(FunctionName, Qualifier));
    },
    ListFunctions: ({ Marker, MaxItems }: ListFunctionsRequest) => {
      const { items, next } = pageOf(this.functions.values(), Marker, MaxItems ?? PAGE);
      // The list leaves out State and LastUpdateStatus. (Lambda API Reference: ListFunctions.)
      const Functions = items.map((each) => {
        const { State: _, LastUpdateStatus: __, ...shown } = this.#show(each);
        return shown;
      });
      return { Functions, ...(next !== undefined && { NextMarker: next }) };
    },
    UpdateFunctionCode: ({ FunctionName = '', ZipFile, Architectures }: UpdateFunctionCodeRequest) => {
      const found = this.#requireIdle(FunctionName);
      this.functions.change(FunctionName, {
        codeSha256: sha256Of(ZipFile),
        architecture: Architectures?.[0] ?? found.architecture,
        updatedAt: this.now,
      });
      return this.#show(this.#require(FunctionName));
    },
    UpdateFunctionConfiguration: (input: UpdateFunctionConfigurationRequest) => {
      const { FunctionName = '' } = input;
      const found = this.#requireIdle(FunctionName);
      const { architecture, codeSha256 } = found;
      const settings = { ...this.#settingsOf(input, codeSha256, found), architecture };
      this.#requireUsable(settings);
      const failure = this.failureOf(settings);
      // What was there before stays.
      const kept = failure === undefined ? settings : {};
      this.functions.change(FunctionName, { ...kept, updatedAt: this.now, failure });
      this.#holdInterfaces(this.#require(FunctionName));
      return this.#show(this.#require(FunctionName));
    },
    PublishVersion: ({ FunctionName = '' }: PublishVersionRequest) => {
      this.#requireIdle(FunctionName);
      return this.#publish(FunctionName);
    },
    ListVersionsByFunction: ({ FunctionName = '', Marker, MaxItems }: ListVersionsByFunctionRequest) => {
      const found = this.#require(FunctionName);
      const all = [this.#show(found), ...found.versions.map((each) => this.#showVersion(found, each))];
      const { items, next } = pageOf(all, Marker, MaxItems ?? PAGE);
      return { Versions: items, ...(next !== undefined && { NextMarker: next }) };
    },
    DeleteFunction: ({ FunctionName = '', Qualifier }: DeleteFunctionRequest) => {
      const { versions } = this.#require(FunctionName);
      if (Qualifier === undefined) {
        this.delete(FunctionName);
        return {};
      }
      const isInUse = this.aliases.find(
        ({ functionName, version, weights }) =>
          functionName === FunctionName && (version === Qualifier || Qualifier in weights),
      );
      if (isInUse)
        throw conflict(
          `Unable to delete version because the following aliases reference it: ${isInUse.name}`,
        );
      this.#requireVersion(FunctionName, Qualifier);
      this.functions.change(FunctionName, {
        versions: versions.filter(({ version }) => version !== Qualifier),
      });
      this.#holdInterfaces(this.#require(FunctionName));
      return {};
    },
    UntagResource: ({ Resource = '', TagKeys }: UntagResourceRequest) => {
      const { name, tags } = this.#require(Resource.split(':')[6] ?? '');
      this.functions.change(name, { tags: withoutTags(tags, TagKeys) });
      return {};
    },
    TagResource: ({ Resource = '', Tags }: TagResourceRequest) => {
      const { name, tags } = this.#require(Resource.split(':')[6] ?? '');
      this.functions.change(name, { tags: { ...tags, ...Tags } });
      return {};
    },

    CreateAlias: ({ FunctionName = '', Name = '', FunctionVersion = '' }: CreateAliasRequest) => {
      const { arn } = this.#require(FunctionName);
      const key = `${FunctionName}:${Name}`;
      if (this.aliases.has(key)) throw conflict(`Alias already exists: ${arn}:${Name}`);
      this.#requireVersion(FunctionName, FunctionVersion);
      const alias = {
        functionName: FunctionName,
        name: Name,
        arn: `${arn}:${Name}`,
        version: FunctionVersion,
        id: this.around.newId('alias-'),
      };
      return showAlias(this.aliases.set(key, { ...alias, weights: {} }));
    },
    GetAlias: ({ FunctionName = '', Name = '' }: GetAliasRequest) => {
      const alias = this.#alias(FunctionName, Name);
      const moving = this.provisioned.get(`${FunctionName}:${Name}`);
      const before = moving && this.#isAllocating(moving) ? moving.before : undefined;
      return showAlias(before === undefined ? alias : { ...alias, weights: { [before]: 1 } });
    },
    UpdateAlias: ({ FunctionName = '', Name = '', FunctionVersion, RoutingConfig }: UpdateAliasRequest) => {
      const alias = this.#alias(FunctionName, Name);
      const key = `${FunctionName}:${Name}`;
      const provisioned = this.provisioned.get(key);
      if (provisioned && this.#isAllocating(provisioned)) throw conflict('another operation is in progress');
      const version = FunctionVersion ?? alias.version;
      this.#requireVersion(FunctionName, version);
      if (provisioned && version !== alias.version)
        this.provisioned.change(key, { at: this.now, before: alias.version });
      const weights = (RoutingConfig?.AdditionalVersionWeights ?? alias.weights) as Alias['weights'];
      this.aliases.change(key, { version, weights });
      return showAlias(this.#alias(FunctionName, Name));
    },

    AddPermission: ({
      FunctionName = '',
      Qualifier = '',
      StatementId = '',
      Action = '',
      Principal = '',
      SourceArn = '',
    }: AddPermissionRequest) => {
      const { arn } = this.#require(FunctionName);
      const key = `${FunctionName}:${Qualifier}`;
      this.#requireVersion(FunctionName, Qualifier);
      if (this.permissions.has(`${key}/${StatementId}`)) {
        throw conflict(
          `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      }
      this.permissions.set(`${key}/${StatementId}`, {
        key,
        Sid: StatementId,
        action: Action,
        principal: Principal,
        sourceArn: SourceArn,
        resource: `${arn}:${Qualifier}`,
      });
      return {};
    },
    GetPolicy: ({ FunctionName = '', Qualifier = '' }: GetPolicyRequest) => {
      this.#require(FunctionName);
      const statements = this.permissions.filter(({ key }) => key === `${FunctionName}:${Qualifier}`);
      if (statements.length === 0) throw absent('The resource you requested does not exist.');
      const Statement = statements.map(({ Sid, action, principal, sourceArn, resource }) => ({
        Sid,
        Effect: 'Allow',
        Principal: { Service: principal },
        Action: action,
        Resource: resource,
        Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } },
      }));
      return { Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement }) };
    },
    RemovePermission: ({ FunctionName = '', Qualifier = '', StatementId = '' }: RemovePermissionRequest) => {
      const key = `${FunctionName}:${Qualifier}/${StatementId}`;
      if (!this.permissions.has(key))
        throw absent(`Statement ${StatementId} is not found in resource policy.`);
      this.permissions.delete(key);
      return {};
    },

    PutFunctionConcurrency: ({
      FunctionName = '',
      ReservedConcurrentExecutions = 0,
    }: PutFunctionConcurrencyRequest) => {
      this.#require(FunctionName);
      const others = this.functions.filter(({ name }) => name !== FunctionName);
      const reserved = others.reduce((sum, each) => sum + (each.reserved ?? 0), 0);
      if (reserved + ReservedConcurrentExecutions > CONCURRENCY - UNRESERVED) {
        throw invalid(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED}].`,
        );
      }
      this.functions.change(FunctionName, { reserved: ReservedConcurrentExecutions });
      return { ReservedConcurrentExecutions };
    },
    GetFunctionConcurrency: ({ FunctionName = '' }: GetFunctionConcurrencyRequest) => {
      const { reserved } = this.#require(FunctionName);
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
    DeleteFunctionConcurrency: ({ FunctionName = '' }: DeleteFunctionConcurrencyRequest) => {
      this.#require(FunctionName);
      this.functions.change(FunctionName, { reserved: undefined });
      return {};
    },

    PutProvisionedConcurrencyConfig: ({
      FunctionName = '',
      Qualifier = '',
      ProvisionedConcurrentExecutions = 0,
    }: PutProvisionedConcurrencyConfigRequest) => {
      this.#alias(FunctionName, Qualifier);
      const key = `${FunctionName}:${Qualifier}`;
      const known = this.provisioned.get(key);
      if (known && this.#isAllocating(known)) {
        throw known.before === undefined
          ? conflict('another operation is in progress')
          : invalid('Alias with weights can not be used with Provisioned Concurrency');
      }
      this.provisioned.set(key, {
        functionName: FunctionName,
        qualifier: Qualifier,
        executions: ProvisionedConcurrentExecutions,
        at: this.now,
      });
      return {};
    },
    GetProvisionedConcurrencyConfig: ({
      FunctionName = '',
      Qualifier = '',
    }: GetProvisionedConcurrencyConfigRequest) => {
      this.#require(FunctionName);
      const found = this.provisioned.get(`${FunctionName}:${Qualifier}`);
      if (!found) throw noProvisioned();
      return this.#showProvisioned(found);
    },
    ListProvisionedConcurrencyConfigs: ({ FunctionName = '' }: ListProvisionedConcurrencyConfigsRequest) => {
      const { arn } = this.#require(FunctionName);
      const found = this.provisioned.filter(({ functionName }) => functionName === FunctionName);
      return {
        ProvisionedConcurrencyConfigs: found.map((each) => ({
          ...this.#showProvisioned(each),
          FunctionArn: `${arn}:${each.qualifier}`,
        })),
      };
    },
    DeleteProvisionedConcurrencyConfig: ({
      FunctionName = '',
      Qualifier = '',
    }: DeleteProvisionedConcurrencyConfigRequest) => {
      const key = `${FunctionName}:${Qualifier}`;
      const found = this.provisioned.get(key);
      if (!found) throw noProvisioned();
      if (this.#isAllocating(found)) throw conflict('another operation is in progress');
      this.provisioned.delete(key);
      return {};
    },

    CreateEventSourceMapping: (input: CreateEventSourceMappingRequest) => {
      const { EventSourceArn = '', FunctionName = '' } = input;
      const [, , , , , , functionName = '', qualifier] = FunctionName.split(':');
      const invoked = this.#requireVersion(functionName, qualifier);
      const twin = this.#listed().find(
        ({ queueArn, functionArn }) => queueArn === EventSourceArn && functionArn === FunctionName,
      );
      if (twin) {
        throw conflict(
          `An event source mapping with SQS arn ("${EventSourceArn}") and function ("${functionName}") already exists. Please update or delete the existing mapping with UUID ${twin.id}`,
        );
      }
      const queue = this.#sqs.queues.get(this.#sqs.nameOf(EventSourceArn));
      if (!queue) {
        throw invalid(
          'Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.',
        );
      }
      if (!this.#iam.isAllowed(invoked.role, 'sqs:ReceiveMessage')) {
        throw invalid('The function execution role does not have permissions to call ReceiveMessage on SQS');
      }
      if (this.#sqs.seconds(queue, 'VisibilityTimeout') < invoked.timeoutSeconds) {
        throw invalid(
          `Queue visibility timeout: ${this.#sqs.seconds(queue, 'VisibilityTimeout')} seconds is less than Function timeout: ${invoked.timeoutSeconds} seconds`,
        );
      }
      // A UUID.
      const id = `00000000-0000-4000-8000-0000${this.around.newId('mapping').slice('mapping-'.length)}`;
      const mapping = this.mappings.set(id, {
        id,
        queueArn: EventSourceArn,
        functionArn: FunctionName,
        tags: input.Tags ?? {},
        enabled: input.Enabled ?? true,
        batchSize: input.BatchSize ?? 10,
        windowSeconds: input.MaximumBatchingWindowInSeconds ?? 0,
        maximumConcurrency: input.ScalingConfig?.MaximumConcurrency,
        responseTypes: input.FunctionResponseTypes ?? [],
        madeAt: this.now,
      });
      this.onMapping();
      return this.#showMapping(mapping);
    },
    GetEventSourceMapping: ({ UUID }: GetEventSourceMappingRequest) =>
      this.#showMapping(this.#mapping(UUID, 'any')),
    ListEventSourceMappings: ({
      EventSourceArn,
      FunctionName,
      Marker,
      MaxItems,
    }: ListEventSourceMappingsRequest) => {
      const found = this.mappings.filter(
        (mapping) =>
          mapping.queueArn === (EventSourceArn ?? mapping.queueArn) &&
          mapping.functionArn.includes(FunctionName ?? '') &&
          this.#mappingState(mapping) !== 'gone',
      );
      const { items, next } = pageOf(found, Marker, MaxItems ?? PAGE);
      return {
        EventSourceMappings: items.map((mapping) => this.#showMapping(mapping)),
        ...(next !== undefined && { NextMarker: next }),
      };
    },
    UpdateEventSourceMapping: (input: UpdateEventSourceMappingRequest) => {
      const mapping = this.#mapping(input.UUID);
      this.mappings.change(mapping.id, {
        enabled: input.Enabled ?? mapping.enabled,
        batchSize: input.BatchSize ?? mapping.batchSize,
        windowSeconds: input.MaximumBatchingWindowInSeconds ?? mapping.windowSeconds,
        maximumConcurrency: input.ScalingConfig?.MaximumConcurrency ?? mapping.maximumConcurrency,
        responseTypes: input.FunctionResponseTypes ?? mapping.responseTypes,
        updatedAt: this.now,
      });
      this.onMapping();
      return this.#showMapping(this.#mapping(input.UUID, 'any'));
    },
    DeleteEventSourceMapping: ({ UUID }: DeleteEventSourceMappingRequest) => {
      const { id } = this.#mapping(UUID);
      this.mappings.change(id, { deletedAt: this.now });
      return {};
    },

    Invoke: ({ FunctionName = '', Qualifier = '$LATEST', Payload }: InvocationRequest) => {
      const invoked = this.#requireVersion(FunctionName, Qualifier);
      if (this.moment.since(invoked.madeAt) < this.around.times.versionPending)
        throw conflict(
          'The operation cannot be performed at this time. The function is currently in the following state: Pending',
        );
      const refusal = this.refusalOf(invoked);
      if (refusal) throw refusal;
      const event: unknown = JSON.parse(
        Buffer.from((Payload as Uint8Array | undefined) ?? []).toString() || 'null',
      );
      return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(this.code(invoked, event))) };
    },
  };

  /** Deletes a function with all that is part of it; what maps to it stays. */
  delete(name: string): void {
    for (const { key, Sid } of this.permissions.values()) {
      if (key.startsWith(`${name}:`)) this.permissions.delete(`${key}/${Sid}`);
    }
    for (const table of [this.aliases, this.provisioned] as Table<{
      functionName: string;
      name?: string;
      qualifier?: string;
    }>[]) {
      for (const { functionName, name: alias, qualifier } of table.values())
        if (functionName === name) table.delete(`${name}:${alias ?? qualifier}`);
    }
    const goneAt = this.now + this.around.times.interfacesGone * 1000;
    this.#network.lambdaInterfaces.change(name, { goneAt });
    this.functions.delete(name);
  }

  /** What a request does not name stays as it was `before`. */
  #settingsOf(
    input: CreateFunctionRequest | UpdateFunctionConfigurationRequest,
    codeSha256: string,
    before?: FunctionSettings,
  ): FunctionSettings {
    const role = input.Role ?? before?.role ?? '';
    return {
      role,
      roleId: this.#iam.roles.find(({ arn }) => arn === role)?.id ?? '',
      runtime: input.Runtime ?? before?.runtime ?? '',
      handler: input.Handler ?? before?.handler ?? '',
      description: input.Description ?? before?.description ?? '',
      memoryMiB: input.MemorySize ?? before?.memoryMiB ?? 128,
      timeoutSeconds: input.Timeout ?? before?.timeoutSeconds ?? 3,
      architecture: 'Architectures' in input ? (input.Architectures?.[0] ?? 'x86_64') : 'x86_64',
      environment: input.Environment?.Variables ?? before?.environment ?? {},
      codeSha256,
      subnetIds: input.VpcConfig?.SubnetIds ?? before?.subnetIds ?? [],
      groupIds: input.VpcConfig?.SecurityGroupIds ?? before?.groupIds ?? [],
      logGroup: input.LoggingConfig?.LogGroup ?? before?.logGroup,
    };
  }

  #requireUsable({ role, subnetIds, groupIds }: FunctionSettings): void {
    if (!this.#iam.isRoleKnown(role))
      throw invalid('The role defined for the function cannot be assumed by Lambda.');
    if (subnetIds.length === 0) return;
    if (!this.#iam.isAllowed(role, 'ec2:CreateNetworkInterface'))
      throw invalid(
        'The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
      );
    for (const id of subnetIds) {
      if (this.zonesWithoutInterfaces.has(this.#network.subnets.get(id)?.zone ?? ''))
        throw invalid(`The provided subnets contain availability zone Lambda doesn't support: ${id}`);
      if (!this.#network.subnets.has(id))
        throw invalid(
          `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${id}' does not exist`,
        );
    }
    for (const id of groupIds) {
      if (!this.#network.securityGroups.has(id))
        throw invalid(
          `Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '${id}' does not exist`,
        );
    }
  }

  /** A function has interfaces in all networks of its versions. (Lambda: "Giving Lambda functions access to resources in a VPC".) */
  #holdInterfaces(held: LambdaFunction): void {
    const { name, role } = held;
    const inNetworks = [held, ...held.versions].filter(({ subnetIds }) => subnetIds.length > 0);
    if (inNetworks.length === 0) {
      const goneAt = this.now + this.around.times.interfacesGone * 1000;
      if (this.#network.lambdaInterfaces.get(name)?.goneAt === undefined)
        this.#network.lambdaInterfaces.change(name, { goneAt });
      return;
    }
    this.#network.lambdaInterfaces.set(name, {
      id: name,
      roleArn: role,
      subnetIds: [...new Set(inNetworks.flatMap(({ subnetIds }) => subnetIds))],
      groupIds: [...new Set(inNetworks.flatMap(({ groupIds }) => groupIds))],
      goneAt: undefined,
    });
  }

  #require(nameOrArn: string): LambdaFunction {
    const name = nameOrArn.split(':')[6] ?? nameOrArn;
    const found = this.functions.get(name);
    if (!found) throw absent(`Function not found: ${this.arn('lambda', `function:${name}`)}`);
    return found;
  }

  /** One change at a time. (Lambda: "Lambda function states".) */
  #requireIdle(name: string): LambdaFunction {
    const found = this.#require(name);
    const { State, LastUpdateStatus } = this.#statesOf(found);
    if (State === 'Pending')
      throw conflict(
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      );
    if (LastUpdateStatus === 'InProgress')
      throw conflict(
        `The operation cannot be performed at this time. An update is in progress for resource: ${found.arn}`,
      );
    return found;
  }

  #requireVersion(functionName: string, qualifier: string | undefined): Invoked {
    const { arn } = this.#require(functionName);
    const version = this.versionOf(functionName, qualifier);
    if (!version) throw absent(`Function not found: ${arn}:${qualifier}`);
    return version;
  }

  #alias(functionName: string, name: string): Alias {
    const alias = this.aliases.get(`${functionName}:${name}`);
    if (!alias)
      throw absent(`Cannot find alias arn: ${this.arn('lambda', `function:${functionName}:${name}`)}`);
    return alias;
  }

  #statesOf({ madeAt, updatedAt, failure }: LambdaFunction) {
    const { functionPending, functionUpdating } = this.around.times;
    const isPending = this.moment.since(madeAt) < functionPending;
    const isUpdating = this.moment.since(updatedAt) < functionUpdating;
    const settled = failure === undefined ? 'Successful' : 'Failed';
    return {
      State: isPending ? 'Pending' : 'Active',
      ...(isPending && { StateReason: 'The function is being created.' }),
      LastUpdateStatus: isPending || isUpdating ? 'InProgress' : settled,
      ...(!isUpdating && failure !== undefined && { LastUpdateStatusReason: failure }),
    };
  }

  #show(found: LambdaFunction) {
    const { name, arn } = found;
    return {
      FunctionName: name,
      FunctionArn: arn,
      Version: '$LATEST',
      ...showSettings(found),
      ...this.#statesOf(found),
    };
  }

  #publish(name: string) {
    const found = this.#require(name);
    const { versions, nextVersion } = found;
    const last = versions.at(-1);
    const settings = settingsIn(found);
    // The same again makes no further version. (Lambda API Reference: PublishVersion.)
    if (last && JSON.stringify(settingsIn(last)) === JSON.stringify(settings))
      return this.#showVersion(found, last);
    const version = { ...settings, version: String(nextVersion), madeAt: this.now };
    this.functions.change(name, { versions: [...versions, version], nextVersion: nextVersion + 1 });
    return this.#showVersion(found, version);
  }

  #showVersion({ name, arn }: LambdaFunction, version: FunctionVersion) {
    const isPending = this.moment.since(version.madeAt) < this.around.times.versionPending;
    return {
      FunctionName: name,
      FunctionArn: `${arn}:${version.version}`,
      Version: version.version,
      ...showSettings(version),
      State: isPending ? 'Pending' : 'Active',
      LastUpdateStatus: 'Successful',
    };
  }

  #isAllocating({ at }: Provisioned): boolean {
    return this.moment.since(at) < this.around.times.provisioning;
  }

  #showProvisioned(found: Provisioned) {
    const isAllocating = this.#isAllocating(found);
    return {
      RequestedProvisionedConcurrentExecutions: found.executions,
      AvailableProvisionedConcurrentExecutions: isAllocating ? 0 : found.executions,
      AllocatedProvisionedConcurrentExecutions: isAllocating ? 0 : found.executions,
      Status: isAllocating ? 'IN_PROGRESS' : 'READY',
      LastModified: rfc3339(found.at),
    };
  }

  #listed(): Mapping[] {
    return this.mappings.filter((mapping) => this.#mappingState(mapping) !== 'gone');
  }

  #mapping(id: string | undefined, state: 'settled' | 'any' = 'settled'): Mapping {
    const mapping = this.mappings.get(id);
    if (!mapping || this.#mappingState(mapping) === 'gone')
      throw absent('The resource you requested does not exist.');
    if (state === 'settled' && !['Enabled', 'Disabled'].includes(this.#mappingState(mapping)))
      throw new AwsError(
        'ResourceInUseException',
        `Cannot change the event source mapping because it is in use (${this.#mappingState(mapping)}).`,
      );
    return mapping;
  }

  #mappingState({ madeAt, updatedAt, deletedAt, enabled }: Mapping): string {
    const { mappingCreating, mappingUpdating, mappingDeleting } = this.around.times;
    if (deletedAt !== undefined) return this.moment.since(deletedAt) < mappingDeleting ? 'Deleting' : 'gone';
    if (this.moment.since(madeAt) < mappingCreating) return 'Creating';
    const isUpdating = updatedAt !== undefined && this.moment.since(updatedAt) < mappingUpdating;
    if (enabled) return isUpdating ? 'Enabling' : 'Enabled';
    return isUpdating ? 'Disabling' : 'Disabled';
  }

  #showMapping(mapping: Mapping) {
    return {
      UUID: mapping.id,
      EventSourceArn: mapping.queueArn,
      FunctionArn: mapping.functionArn,
      State: this.#mappingState(mapping),
      BatchSize: mapping.batchSize,
      MaximumBatchingWindowInSeconds: mapping.windowSeconds,
      ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
      FunctionResponseTypes: [...mapping.responseTypes],
    };
  }
}

const settingsIn = ({
  role,
  roleId,
  runtime,
  handler,
  description,
  memoryMiB,
  timeoutSeconds,
  architecture,
  environment,
  codeSha256,
  subnetIds,
  groupIds,
  logGroup,
}: FunctionSettings): FunctionSettings => ({
  role,
  roleId,
  runtime,
  handler,
  description,
  memoryMiB,
  timeoutSeconds,
  architecture,
  environment,
  codeSha256,
  subnetIds,
  groupIds,
  logGroup,
});

const showSettings = (settings: FunctionSettings) => ({
  Role: settings.role,
  Runtime: settings.runtime,
  Handler: settings.handler,
  Description: settings.description,
  MemorySize: settings.memoryMiB,
  Timeout: settings.timeoutSeconds,
  Architectures: [settings.architecture],
  Environment: { Variables: { ...settings.environment } },
  CodeSha256: settings.codeSha256,
  VpcConfig: { SubnetIds: [...settings.subnetIds], SecurityGroupIds: [...settings.groupIds] },
  LoggingConfig: { LogGroup: settings.logGroup },
});

const showAlias = ({ id, name, arn, version, weights }: Alias) => ({
  Name: name,
  AliasArn: arn,
  FunctionVersion: version,
  // Another after each change of the alias.
  RevisionId: [id, version, ...Object.entries(weights).flat()].join('-'),
  ...(Object.keys(weights).length > 0 && { RoutingConfig: { AdditionalVersionWeights: weights } }),
});

/** ArnLike: `*` stands for any text. */
function matchesArn(arn: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`).test(arn);
}

const SUMS = new WeakMap<Uint8Array, string>();

function sha256Of(zip: Uint8Array | undefined): string {
  if (!zip) return '';
  const sum = SUMS.get(zip) ?? createHash('sha256').update(zip).digest('base64');
  SUMS.set(zip, sum);
  return sum;
}

const absent = (message: string) => new AwsError('ResourceNotFoundException', message, 404);
const conflict = (message: string) => new AwsError('ResourceConflictException', message, 409);
const invalid = (message: string) => new AwsError('InvalidParameterValueException', message);
const noProvisioned = () =>
  new AwsError(
    'ProvisionedConcurrencyConfigNotFoundException',
    'No Provisioned Concurrency Config found for this function',
    404,
  );
