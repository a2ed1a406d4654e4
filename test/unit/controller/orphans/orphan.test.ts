import { describe, expect, test } from 'vitest';
import { orphansAmong } from '../../../../src/controller/orphans/orphan.ts';

const OWNER = { 'nami.dev/cluster': 'c', 'nami.dev/namespace': 'shop', 'nami.dev/name': 'orders' };
const arn = (rest: string) => `arn:aws:${rest}`;
const AT = 'eu-central-1:123456789012';
const QUEUE = arn(`sqs:${AT}:nami-shop-orders-queue`);
const none = () => false;

describe('an orphan', () => {
  test.each([
    [QUEUE, 'Queue'],
    [arn(`lambda:${AT}:function:nami-shop-orders-pre-queue`), 'Function'],
    [arn(`logs:${AT}:log-group:/aws/lambda/nami-shop-orders-pre-queue`), 'LogGroup'],
    [arn(`cloudwatch:${AT}:alarm:nami-shop-orders-errors`), 'Alarm'],
    [arn(`ssm:${AT}:parameter/nami/shop/orders`), 'Parameter'],
    [arn(`ec2:${AT}:instance/i-1`), 'Instance'],
    [arn(`ec2:${AT}:security-group/sg-1`), 'SecurityGroup'],
    [arn(`ec2:${AT}:volume/vol-1`), 'Volume'],
  ])('is %s: its ARN tells its kind, its tags the pipeline that it had', (arn, kind) => {
    expect(orphansAmong([{ arn, tags: OWNER }], none)).toEqual([
      { kind, arn, namespace: 'shop', name: 'orders' },
    ]);
  });

  test.each([
    ['what all pipelines of a region share', { ...OWNER, 'nami.dev/shared': 'region' }],
    ['what a pipeline left on purpose', { ...OWNER, 'nami.dev/retained': 'true' }],
    ['a volume that outlives its pipeline', { ...OWNER, 'nami.dev/reclaim-policy': 'Retain' }],
    ['what tells no pipeline', { 'nami.dev/cluster': 'c' }],
  ])('is not %s', (_, tags) => {
    expect(orphansAmong([{ arn: QUEUE, tags }], none)).toEqual([]);
  });

  test.each(['Delete', 'Snapshot'])('is a volume that was to go with its pipeline: %s', (policy) => {
    const tags = { ...OWNER, 'nami.dev/reclaim-policy': policy };
    expect(orphansAmong([{ arn: arn(`ec2:${AT}:volume/vol-1`), tags }], none)).toHaveLength(1);
  });

  test('is not the password of a volume of which a snapshot stays', () => {
    const tags = { ...OWNER, 'nami.dev/reclaim-policy': 'Snapshot' };
    expect(orphansAmong([{ arn: arn(`ssm:${AT}:parameter/nami/p`), tags }], none)).toEqual([]);
  });

  test('is nothing of a kind that the operator does not make, such as a host’s interface', () => {
    expect(orphansAmong([{ arn: arn(`ec2:${AT}:network-interface/eni-1`), tags: OWNER }], none)).toEqual([]);
  });

  test('is nothing of a pipeline that there is', () => {
    const has = (namespace: string, name: string) => namespace === 'shop' && name === 'orders';
    const other = { arn: QUEUE, tags: { ...OWNER, 'nami.dev/name': 'invoices' } };
    expect(orphansAmong([{ arn: QUEUE, tags: OWNER }, other], has)).toMatchObject([{ name: 'invoices' }]);
  });
});
