/**
 * What the names of AWS's errors mean, by service: one name may mean one thing to Lambda and another to API Gateway.
 * (The "Errors" section of each call in the service's API reference; Amazon EC2: error codes for the API.)
 */

/** A service by the name that IAM gives its actions. */
export type Service =
  | 'apigateway'
  | 'cloudwatch'
  | 'ec2'
  | 'iam'
  | 'lambda'
  | 'logs'
  | 'route53'
  | 's3'
  | 'sqs'
  | 'ssm'
  | 'sts'
  | 'tag';

/** A name that always means it, or one whose message decides. */
type Code = string | { readonly code: string; readonly message: RegExp };

/** `any`: names that all services share. (AWS: common error types.) */
export type Codes = { readonly [Name in Service | 'any']?: readonly Code[] };

export const NOT_FOUND: Codes = {
  apigateway: ['NotFoundException'],
  cloudwatch: ['ResourceNotFound', 'ResourceNotFoundException'],
  ec2: [
    'InvalidAMIID.Malformed',
    'InvalidAMIID.NotFound',
    'InvalidAMIID.Unavailable',
    'InvalidInstanceID.NotFound',
    'InvalidInstanceType',
    'InvalidSnapshot.NotFound',
    'InvalidVolume.NotFound',
    'InvalidVolumeModification.NotFound',
    'InvalidGroup.NotFound',
    'InvalidGroupId.NotFound',
    'InvalidVpcID.NotFound',
    'InvalidSubnetID.NotFound',
    'InvalidInternetGatewayID.NotFound',
    'InvalidRouteTableID.NotFound',
    'InvalidAssociationID.NotFound',
    'InvalidPermission.NotFound',
    'InvalidAttachment.NotFound',
    'Gateway.NotAttached',
  ],
  iam: ['NoSuchEntity', 'NoSuchEntityException'],
  lambda: ['ResourceNotFoundException', 'ProvisionedConcurrencyConfigNotFoundException'],
  logs: ['ResourceNotFoundException'],
  // "Tried to delete resource record set … but it was not found".
  route53: ['NoSuchHostedZone', { code: 'InvalidChangeBatch', message: /not found/i }],
  s3: ['NoSuchBucket', 'NoSuchKey', 'NoSuchVersion'],
  sqs: ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'ResourceNotFoundException'],
  ssm: ['ParameterNotFound', 'InvalidResourceId'],
};

export const ALREADY_EXISTS: Codes = {
  // Any other conflict is another change under way at the same time.
  apigateway: [
    { code: 'ConflictException', message: /already (exists|has this name)/i },
    // "The domain name you provided already exists." (Miserlou/Zappa#1410.)
    { code: 'BadRequestException', message: /domain name you provided already exists/i },
  ],
  ec2: [
    'InvalidGroup.Duplicate',
    'InvalidPermission.Duplicate',
    'RouteAlreadyExists',
    'Resource.AlreadyAssociated',
    'VolumeInUse',
  ],
  iam: ['EntityAlreadyExists', 'EntityAlreadyExistsException'],
  // "Function already exist", "An event source mapping … already exists", "The statement id … already exists".
  lambda: [{ code: 'ResourceConflictException', message: /already exist/i }],
  logs: ['ResourceAlreadyExistsException'],
  // "Tried to create resource record set … but it already exists".
  route53: [{ code: 'InvalidChangeBatch', message: /already exists/i }],
  sqs: [
    'QueueNameExists',
    'QueueAlreadyExists',
    // "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
    ...['InvalidParameterValue', 'InvalidParameterValueException', 'UnsupportedOperation'].map((code) => ({
      code,
      message: /already .*task|one active task/i,
    })),
  ],
  ssm: ['ParameterAlreadyExists'],
};

export const THROTTLED: Codes = {
  any: ['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled'],
  apigateway: ['TooManyRequestsException'],
  ec2: ['RequestLimitExceeded'],
  lambda: ['TooManyRequestsException'],
  s3: ['SlowDown'],
  sqs: ['RequestThrottledException'],
  ssm: ['TooManyUpdates'],
};

export const ACCESS_DENIED: Codes = {
  any: ['AccessDenied', 'AccessDeniedException'],
  apigateway: ['ForbiddenException'],
  ec2: ['UnauthorizedOperation', 'Client.UnauthorizedOperation'],
  ssm: ['AuthorizationError'],
};

export const BAD_CREDENTIALS: Codes = {
  any: [
    'CredentialsProviderError',
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'AuthFailure',
    'ExpiredToken',
    'ExpiredTokenException',
    'SignatureDoesNotMatch',
    'InvalidSignatureException',
  ],
};

/** In use by something that is on its way out. */
export const IN_USE: Codes = {
  ec2: [
    'DependencyViolation',
    'InvalidGroup.InUse',
    'IncorrectState',
    'IncorrectInstanceState',
    'VolumeInUse',
  ],
  iam: ['DeleteConflict', 'DeleteConflictException'],
  lambda: [
    'ResourceInUseException',
    // "Unable to delete version because the following aliases reference it".
    { code: 'ResourceConflictException', message: /aliases reference it/i },
  ],
};

export const NO_CAPACITY: Codes = {
  ec2: [
    'InsufficientInstanceCapacity',
    'Server.InsufficientInstanceCapacity',
    'InsufficientCapacity',
    'Unsupported',
    'InstanceLimitExceeded',
    'VcpuLimitExceeded',
  ],
};

/** A volume that was changed a while ago, or still is being changed. (Amazon EC2 API: ModifyVolume.) */
export const CHANGED_LATELY: Codes = {
  ec2: ['IncorrectModificationState', 'VolumeModificationRateExceeded'],
};

/** The answer to a call that was only to be tried. */
export const DRY_RUN: Codes = { ec2: ['DryRunOperation'] };

/** A client token launched an instance that has ended since. */
export const TOKEN_SPENT: Codes = { ec2: ['IdempotentInstanceTerminated'] };

/** Network errors of Node and of the SDK's HTTP handler. */
export const UNREACHABLE: Codes = {
  any: [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ERR_PROXY_TUNNEL',
    'ETIMEDOUT',
    'TimeoutError',
  ],
};

/** A refusal that only means "not yet". */
export interface Delay {
  readonly service: Service;
  readonly code: string;
  readonly message?: RegExp;
  /** In words for the user. */
  readonly why: string;
  readonly seconds: number;
}

const ROLE_RIGHTS = 'the rights of a new role are not known to Lambda yet';

/**
 * AWS has accepted something that its other services do not know so far, or is still at an earlier change.
 * (terraform-provider-aws: internal/service/lambda/function.go and internal/service/apigateway.)
 */
export const NOT_YET: readonly Delay[] = [
  {
    service: 'apigateway',
    code: 'ConflictException',
    message: /concurrent modification/i,
    why: 'the gateway is being changed by another call',
    seconds: 1,
  },
  {
    service: 'ec2',
    code: 'InvalidParameterValue',
    message: /Invalid IAM Instance Profile/i,
    why: 'a new instance profile is not known to EC2 yet',
    seconds: 2,
  },
  {
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /cannot be assumed by Lambda/,
    why: 'a new role is not known to Lambda yet',
    seconds: 2,
  },
  {
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /does not have permissions to call (ReceiveMessage|DeleteMessage|GetQueueAttributes) on SQS/,
    why: ROLE_RIGHTS,
    seconds: 2,
  },
  {
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /does not have permissions to call CreateNetworkInterface on EC2/,
    why: ROLE_RIGHTS,
    seconds: 2,
  },
  {
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /KMS key is invalid for CreateGrant/i,
    why: 'a new role is not known to KMS yet',
    seconds: 2,
  },
  {
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /throttled by EC2/i,
    why: 'Lambda waits for EC2, which asks the account for fewer calls',
    seconds: 10,
  },
  {
    // "Alias with weights can not be used with Provisioned Concurrency."
    service: 'lambda',
    code: 'InvalidParameterValueException',
    message: /with weights.*provisioned concurrency/i,
    why: 'the alias of the function still moves to another version',
    seconds: 10,
  },
  {
    service: 'lambda',
    code: 'ResourceConflictException',
    message:
      /(update|operation) is (currently )?in progress|in progress for resource|concurrent update|state: Pending/i,
    why: 'an earlier change of the function is still under way',
    seconds: 1,
  },
  {
    service: 'lambda',
    code: 'ResourceNotReadyException',
    why: 'the function is being made ready',
    seconds: 2,
  },
  {
    service: 'route53',
    code: 'PriorRequestNotComplete',
    why: 'an earlier change of the hosted zone is still under way',
    seconds: 2,
  },
  ...['QueueDeletedRecently', 'AWS.SimpleQueueService.QueueDeletedRecently'].map(
    (code): Delay => ({
      service: 'sqs',
      code,
      why: 'a queue of this name was deleted less than a minute ago',
      seconds: 60,
    }),
  ),
];
