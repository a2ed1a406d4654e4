import { describe, expect, test } from 'vitest';
import { floorOf, necessaryCalls } from '../../../../bench/scale/floor.ts';
import type { Call } from '../../../../test/simulation/aws/aws-account.ts';

const call = (
  service: Call['service'],
  command: string,
  input: Call['input'] = {},
  more: Partial<Call> = {},
): Call => ({ at: 0, service, command, input, isRead: false, ...more });

describe('the time that rates alone make necessary', () => {
  test('is none for what is let through at once, or not limited', () => {
    expect(floorOf(new Map([['cloudwatch:PutMetricAlarm', 1]]), 0.5)).toEqual({ seconds: 0 });
    expect(floorOf(new Map([['iam:CreateRole', 1000]]), 0.5)).toEqual({ seconds: 0 });
  });

  test('is that of the slowest bucket, held to the share', () => {
    // 3 alarms a second and 3 at once: (303 − 3) / 3 s; at half of it (303 − 1.5) / 1.5 s.
    const calls = new Map([
      ['cloudwatch:PutMetricAlarm', 303],
      ['apigateway:CreateResource', 10],
    ]);
    expect(floorOf(calls, 1)).toEqual({ seconds: 100, bucket: 'cloudwatch:PutMetricAlarm' });
    expect(floorOf(calls, 0.5)).toEqual({ seconds: 201, bucket: 'cloudwatch:PutMetricAlarm' });
  });

  test('counts what shares a bucket together', () => {
    const calls = new Map([
      ['lambda:CreateFunction', 100],
      ['lambda:CreateAlias', 65],
    ]);
    expect(floorOf(calls, 1)).toEqual({ seconds: 10, bucket: 'lambda:*' });
  });

  test('counts a call towards its own bucket and that of all', () => {
    expect(floorOf(new Map([['apigateway:PutMethod', 140]]), 1)).toEqual({
      seconds: 10,
      bucket: 'apigateway:*',
    });
    expect(floorOf(new Map([['apigateway:CreateDeployment', 3]]), 1)).toEqual({
      seconds: 10,
      bucket: 'apigateway:CreateDeployment',
    });
  });
});

describe('the calls that are necessary', () => {
  test('are those that changed something, each once', () => {
    const calls = [
      call('lambda', 'CreateFunction', { FunctionName: 'a', Code: { ZipFile: new Uint8Array(3) } }),
      call('lambda', 'CreateFunction', { FunctionName: 'b', Code: { ZipFile: new Uint8Array(3) } }),
      call('lambda', 'CreateFunction', { FunctionName: 'b', Code: { ZipFile: new Uint8Array(3) } }),
      call('lambda', 'CreateFunction', { FunctionName: 'c' }, { error: 'InvalidParameterValueException' }),
      call('lambda', 'GetFunction', { FunctionName: 'a' }, { isRead: true }),
    ];
    expect([...necessaryCalls(calls)]).toEqual([['lambda:CreateFunction', 2]]);
  });

  test('are one deployment of a REST API, however many there were', () => {
    const calls = ['one', 'two'].map((description) =>
      call('apigateway', 'CreateDeployment', { restApiId: 'a', stageName: 'live', description }),
    );
    expect([...necessaryCalls(calls)]).toEqual([['apigateway:CreateDeployment', 1]]);
  });
});
