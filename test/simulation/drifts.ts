import { first } from './pipelines.ts';
import type { World } from './world.ts';

/** What somebody does by hand in AWS, and how it is seen that it was put right. */
export const DRIFTS: readonly (readonly [string, (world: World) => (world: World) => boolean])[] = [
  [
    'a deleted stage',
    ({ aws: { apiGateway } }) => {
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.stages.delete(`${restApiId}/live`);
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'a route that was deleted and deployed away',
    ({ aws: { apiGateway } }) => {
      const route = first(apiGateway.resources.filter(({ path }) => path === '/nami/orders'));
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.resources.delete(`${restApiId}/${route.id}`);
      const bare = { restApiId, id: 'by-hand', description: '', madeAt: 0, routes: {} };
      apiGateway.deployments.set(`${restApiId}/by-hand`, bare);
      apiGateway.stages.change(`${restApiId}/live`, { deploymentId: 'by-hand' });
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'tags taken off the stage',
    ({ aws: { apiGateway } }) => {
      const { restApiId } = first(apiGateway.stages.values());
      apiGateway.stages.change(`${restApiId}/live`, { tags: {} });
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'a deleted queue',
    ({ aws: { sqs } }) => {
      const { name } = first(sqs.queues.filter((queue) => queue.name.endsWith('-queue')));
      sqs.delete(name);
      return ({ aws, senders }) => aws.sqs.queues.has(name) && senders.post('orders').status === 200;
    },
  ],
  [
    'attributes of the queue',
    ({ aws: { sqs } }) => {
      const { name, attributes } = first(sqs.queues.filter((queue) => queue.name.endsWith('-queue')));
      sqs.queues.change(name, { attributes: { ...attributes, MessageRetentionPeriod: '60' } });
      return ({ aws }) => aws.sqs.queues.get(name)?.attributes.MessageRetentionPeriod === '345600';
    },
  ],
  [
    'a mapping that somebody disabled',
    ({ aws: { lambda } }) => {
      const { id } = first(lambda.mappings.values());
      lambda.mappings.change(id, { enabled: false });
      return ({ aws }) => aws.lambda.mappings.get(id)?.enabled === true;
    },
  ],
  [
    'a deleted function',
    ({ aws: { lambda } }) => {
      const { name } = first(lambda.functions.filter((each) => each.name.endsWith('-pre-queue')));
      lambda.delete(name);
      return ({ senders }) => senders.post('orders').status === 200;
    },
  ],
  [
    'memory of a function',
    ({ aws: { lambda } }) => {
      const { name } = first(lambda.functions.filter((each) => each.name.endsWith('-pre-queue')));
      lambda.functions.change(name, { memoryMiB: 1024 });
      return ({ aws }) => aws.lambda.functions.get(name)?.memoryMiB === 256;
    },
  ],
  [
    'a role that was deleted',
    ({ aws: { iam } }) => {
      const { name } = first(iam.roles.filter((role) => role.name.endsWith('-pre-queue')));
      iam.roles.delete(name);
      return ({ aws, senders }) => aws.iam.roles.has(name) && senders.post('orders').status === 200;
    },
  ],
  [
    'a policy taken off a role',
    ({ aws: { iam } }) => {
      const { name } = first(iam.roles.filter((role) => role.name.endsWith('-post-queue')));
      iam.roles.change(name, { policies: {} });
      return ({ aws }) => Object.keys(aws.iam.roles.get(name)?.policies ?? {}).length === 1;
    },
  ],
  [
    'a door opened in a security group',
    ({ aws: { ec2 } }) => {
      const { id, ingress } = first(ec2.securityGroups.filter((group) => group.name.endsWith('-host')));
      const door = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
      ec2.securityGroups.change(id, { ingress: [...ingress, door] });
      return ({ aws }) => aws.ec2.securityGroups.get(id)?.ingress.length === 1;
    },
  ],
  [
    'a stopped host',
    ({ aws: { ec2 } }) => {
      const { id } = first(ec2.instances.values());
      ec2.machines.stop(id);
      return ({ aws }) => aws.ec2.instances.get(id)?.stoppedAt === undefined;
    },
  ],
  [
    'a deleted alarm',
    ({ aws: { cloudWatch } }) => {
      const { name } = first(cloudWatch.alarms.values());
      cloudWatch.alarms.delete(name);
      return ({ aws }) => aws.cloudWatch.alarms.has(name);
    },
  ],
  [
    'the reclaim policy of the volume',
    ({ aws: { ec2 } }) => {
      const { id, tags } = first(ec2.volumes.values());
      const { Name = '', ...rest } = tags;
      ec2.volumes.change(id, { tags: { ...rest, 'nami.dev/reclaim-policy': 'Delete', Name } });
      return ({ aws }) => aws.ec2.volumes.get(id)?.tags['nami.dev/reclaim-policy'] === 'Retain';
    },
  ],
];
