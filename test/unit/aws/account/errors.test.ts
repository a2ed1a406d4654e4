import { describe, expect, test } from 'vitest';
import {
  BackoffError,
  isAlreadyExists,
  isNoCapacity,
  isNotFound,
  isThrottled,
  type Judgement,
  judge,
  orAbsent,
  orGone,
  orPresent,
  RequeueAfter,
  TerminalError,
  withAction,
} from '../../../../src/aws/account/errors.ts';

const error = (name: string, message = 'what AWS says', more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });
/** EC2 and others name the code apart from the name of the class. */
const coded = (code: string, message = 'what AWS says') => error('Error', message, { Code: code });
const of = (service: string, thrown: Error) => {
  withAction(thrown, `${service}:Call`);
  return thrown;
};
const requeue = (seconds: number, message: string): Judgement => ({ is: 'requeue', seconds, message });

describe('an error that only means "not yet"', () => {
  test.each<[string, Error, Judgement]>([
    [
      'a role that Lambda does not know yet',
      error(
        'InvalidParameterValueException',
        'The role defined for the function cannot be assumed by Lambda.',
      ),
      requeue(2, 'a new role is not known to Lambda yet'),
    ],
    [
      'rights on the queue that Lambda does not know yet',
      error(
        'InvalidParameterValueException',
        'The function execution role does not have permissions to call ReceiveMessage on SQS',
      ),
      requeue(2, 'the rights of a new role are not known to Lambda yet'),
    ],
    [
      'rights on interfaces that Lambda does not know yet',
      error(
        'InvalidParameterValueException',
        'The provided execution role does not have permissions to call CreateNetworkInterface on EC2',
      ),
      requeue(2, 'the rights of a new role are not known to Lambda yet'),
    ],
    [
      'an instance profile that EC2 does not know yet',
      coded(
        'InvalidParameterValue',
        'Value (x) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN',
      ),
      requeue(2, 'a new instance profile is not known to EC2 yet'),
    ],
    [
      'a function that is being changed',
      error(
        'ResourceConflictException',
        'The operation cannot be performed at this time. An update is in progress for resource: x',
      ),
      requeue(1, 'an earlier change of the function is still under way'),
    ],
    [
      'a function that another call changes',
      of(
        'lambda',
        error(
          'ResourceConflictException',
          'The function could not be updated due to a concurrent update operation.',
        ),
      ),
      requeue(1, 'an earlier change of the function is still under way'),
    ],
    [
      'an alias that still moves to a version whose environments are being made',
      error(
        'InvalidParameterValueException',
        'Alias with weights can not be used with Provisioned Concurrency',
      ),
      requeue(10, 'the alias of the function still moves to another version'),
    ],
    [
      'a queue whose name was in use a moment ago',
      error('QueueDeletedRecently'),
      requeue(60, 'a queue of this name was deleted less than a minute ago'),
    ],
    [
      'the same by its older name',
      error('AWS.SimpleQueueService.QueueDeletedRecently'),
      requeue(60, 'a queue of this name was deleted less than a minute ago'),
    ],
    [
      'an environment whose key does not know a new role yet',
      of(
        'lambda',
        error(
          'InvalidParameterValueException',
          'Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant.',
        ),
      ),
      requeue(2, 'a new role is not known to KMS yet'),
    ],
    [
      'a function whose interfaces EC2 can not make at once',
      of(
        'lambda',
        error('InvalidParameterValueException', 'Your request has been throttled by EC2, please make sure'),
      ),
      requeue(10, 'Lambda waits for EC2, which asks the account for fewer calls'),
    ],
    [
      'a gateway that another call changes',
      of(
        'apigateway',
        error('ConflictException', 'Unable to complete operation due to concurrent modification.'),
      ),
      requeue(1, 'the gateway is being changed by another call'),
    ],
    [
      'a volume that is still attached when it is to go',
      of('ec2', coded('VolumeInUse', 'vol-1 is attached')),
      requeue(1, 'ec2:Call: still in use (vol-1 is attached)'),
    ],
    [
      'something that is still in use',
      coded('DependencyViolation', 'sg-1 has a dependent'),
      requeue(1, 'still in use (sg-1 has a dependent)'),
    ],
  ])('is looked at again, without backoff: %s', (_, thrown, verdict) => {
    expect(judge(thrown)).toEqual(verdict);
  });

  test('is not any error of the same name', () => {
    const wrong = error('InvalidParameterValueException', 'The runtime nodejs99.x is not supported');
    expect(judge(wrong)).toMatchObject({ is: 'backoff', reason: 'AWSError' });
  });
});

describe('an error that calls for a backoff', () => {
  test.each<[string, Error, string, string]>([
    ['throttling', error('ThrottlingException'), 'Throttled', 'AWS asks for fewer calls'],
    ['throttling by EC2', coded('RequestLimitExceeded'), 'Throttled', 'AWS asks for fewer calls'],
    [
      'no connection',
      error('Error', 'connect', { code: 'ECONNREFUSED' }),
      'AWSUnreachable',
      'AWS_ENDPOINT_URL',
    ],
    ['no such host', error('Error', 'lookup', { code: 'ENOTFOUND' }), 'AWSUnreachable', 'its region'],
    ['no answer', error('TimeoutError'), 'AWSUnreachable', 'check the network of the operator'],
    ['no credentials', error('CredentialsProviderError'), 'CredentialsInvalid', 'IRSA, EKS Pod Identity'],
    ['expired credentials', error('ExpiredTokenException'), 'CredentialsInvalid', 'give it valid ones'],
    ['anything else', error('InternalFailure', 'oops'), 'AWSError', 'InternalFailure: oops'],
  ])('names the cause: %s', (_, thrown, reason, words) => {
    const verdict = judge(thrown);
    expect(verdict).toMatchObject({ is: 'backoff', reason });
    expect(verdict.message).toContain(words);
  });

  test('names the call that it came from', () => {
    const thrown = withAction(error('InternalFailure', 'oops'), 'lambda:CreateFunction');
    expect(judge(thrown).message).toBe('lambda:CreateFunction: InternalFailure: oops');
  });
});

describe('a missing right', () => {
  test.each<[string, unknown, string]>([
    [
      'as IAM words it',
      error(
        'AccessDenied',
        'User: arn:aws:sts::1:assumed-role/nami/x is not authorized to perform: iam:PassRole on resource: r',
      ),
      'iam:PassRole',
    ],
    [
      'by the call, where AWS does not say',
      withAction(coded('UnauthorizedOperation', 'You are not authorized.'), 'ec2:RunInstances'),
      'ec2:RunInstances',
    ],
    [
      'the one that AWS names rather than the call',
      withAction(
        error('AccessDeniedException', 'not authorized to perform: kms:Decrypt on key'),
        'lambda:CreateFunction',
      ),
      'kms:Decrypt',
    ],
  ])('is named %s', (_, thrown, action) => {
    expect(judge(thrown)).toMatchObject({
      is: 'backoff',
      reason: 'AccessDenied',
      message: expect.stringContaining(`lacks the right ${action}: add it to the IAM policy`),
    });
  });
});

test('errors of the operator’s own are taken at their word', () => {
  expect(judge(new TerminalError('CodeInvalid', 'a'))).toEqual({
    is: 'terminal',
    reason: 'CodeInvalid',
    message: 'a',
  });
  expect(judge(new BackoffError('NoCapacity', 'b'))).toEqual({
    is: 'backoff',
    reason: 'NoCapacity',
    message: 'b',
  });
  expect(judge(new RequeueAfter(3, 'c'))).toEqual(requeue(3, 'c'));
});

test('what is thrown without being an error is told as it is', () => {
  expect(judge('oops')).toEqual({ is: 'backoff', reason: 'AWSError', message: 'Error: oops' });
});

describe('questions about an error', () => {
  test.each(['NoSuchEntity', 'QueueDoesNotExist', 'ResourceNotFoundException', 'ParameterNotFound'])(
    '%s means absent, as name and as code',
    (name) => {
      expect(isNotFound(error(name))).toBe(true);
      expect(isNotFound(coded(name))).toBe(true);
      expect(isAlreadyExists(error(name))).toBe(false);
    },
  );

  test('are answered by what the name means to the service that it came from', () => {
    expect(isNotFound(of('lambda', error('ResourceNotFoundException')))).toBe(true);
    expect(isNotFound(of('lambda', error('NoSuchKey')))).toBe(false);
    expect(isNotFound(of('s3', error('NoSuchKey')))).toBe(true);
    expect(isThrottled(of('lambda', error('TooManyRequestsException')))).toBe(true);
    expect(isThrottled(of('iam', error('Throttling')))).toBe(true);
  });

  test.each<[string, string, string, boolean]>([
    ['apigateway', 'ConflictException', 'Method already exists for this resource', true],
    [
      'apigateway',
      'ConflictException',
      'Another resource with the same parent already has this name: a',
      true,
    ],
    ['apigateway', 'ConflictException', 'Unable to complete operation due to concurrent modification', false],
    ['lambda', 'ResourceConflictException', 'Alias already exists: f:live', true],
    ['lambda', 'ResourceConflictException', 'The function is being deleted', false],
  ])('%s: %s "%s" means that it exists: %s', (service, name, message, exists) => {
    expect(isAlreadyExists(of(service, error(name, message)))).toBe(exists);
  });

  test.each(['InsufficientInstanceCapacity', 'Unsupported', 'VcpuLimitExceeded'])(
    '%s means that there is no capacity',
    (name) => expect(isNoCapacity(coded(name))).toBe(true),
  );
});

describe('a call that may find nothing', () => {
  test('answers undefined for it, and fails with all else', async () => {
    await expect(orAbsent(Promise.reject(error('NoSuchEntity')))).resolves.toBeUndefined();
    await expect(orAbsent(Promise.resolve(1))).resolves.toBe(1);
    await expect(orAbsent(Promise.reject(error('Throttling')))).rejects.toThrow();
  });

  test('is content when a removal finds nothing to remove', async () => {
    await expect(orGone(Promise.reject(error('NotFoundException')))).resolves.toBeUndefined();
  });

  test('is content when a creation finds the object there, but not when the object is being changed', async () => {
    await expect(orPresent(Promise.reject(error('EntityAlreadyExists')))).resolves.toBeUndefined();
    await expect(
      orPresent(Promise.reject(error('ResourceConflictException', 'Function already exist: x'))),
    ).resolves.toBeUndefined();
    const concurrent = of(
      'apigateway',
      error('ConflictException', 'Unable to complete operation due to concurrent modification'),
    );
    await expect(orPresent(Promise.reject(concurrent))).rejects.toBe(concurrent);
    const underWay = error('ResourceConflictException', 'An update is in progress for resource: x');
    await expect(orPresent(Promise.reject(underWay))).rejects.toBe(underWay);
  });
});
