import { SERVICES } from './aws/service.ts';
import type { Dice } from './dice.ts';
import type { World } from './world.ts';

/** Something that happens to a world by chance. */
export type Disturbance = (world: World, dice: Dice) => void;

/** Commands on whose answers much depends. */
const COMMANDS = [
  'AddPermission',
  'AttachVolume',
  'CreateAlias',
  'CreateDeployment',
  'CreateEventSourceMapping',
  'CreateFunction',
  'CreateQueue',
  'CreateResource',
  'CreateRole',
  'DescribeInstances',
  'DescribeVolumes',
  'GetFunction',
  'GetQueueUrl',
  'GetStage',
  'Invoke',
  'PublishVersion',
  'PutIntegration',
  'PutMethod',
  'RunInstances',
  'SetQueueAttributes',
  'UpdateFunctionConfiguration',
];

const LONGEST_LAG = 20;

/** What goes wrong between the operator and its two worlds, until it is switched off. */
export const FAILURES: readonly Disturbance[] = [
  ({ aws }, dice) => aws.faults.throttle('*', dice.below(100)),
  ({ aws }, dice) => aws.faults.refuse(commandBy(dice), 'AccessDenied', 'not authorized', dice.below(20)),
  ({ aws }, dice) => aws.faults.refuse(commandBy(dice), 'InternalError', 'try again', dice.below(20)),
  ({ aws }, dice) => aws.faults.loseAnswer(commandBy(dice), dice.below(4)),
  ({ aws }, dice) => aws.faults.empty(commandBy(dice)),
  ({ aws }, dice) => aws.faults.lag(dice.below(LONGEST_LAG)),
  ({ aws }, dice) => aws.faults.lag(dice.below(LONGEST_LAG), dice.oneOf(SERVICES) ?? 'ec2'),
  ({ aws }) => {
    aws.faults.oneWriteAtATime = true;
  },
  ({ aws }) => {
    aws.faults.ratesHold = true;
  },
  ({ kubernetes }, dice) => kubernetes.refuse('apply', 'webhookpipelines/status', 500, dice.below(10)),
  ({ kubernetes }, dice) => kubernetes.refuse('patch', 'webhookpipelines', 409, dice.below(3)),
  ({ kubernetes }, dice) => kubernetes.refuse('watch', 'webhookpipelines', 0, dice.below(3)),
  ({ kubernetes }) => kubernetes.compact(),
  (world) => world.crash(),
  (world, dice) => {
    const fatal = commandBy(dice);
    world.crashOn(({ command }) => command === fatal);
  },
];

const commandBy = (dice: Dice): string => dice.oneOf(COMMANDS) ?? '';

/** What breaks in AWS, or somebody does there by hand. */
export const DRIFTS: readonly Disturbance[] = [
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.lambda.functions.values());
    if (victim) aws.lambda.delete(victim.name);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.lambda.aliases.values());
    if (victim) aws.lambda.aliases.delete(`${victim.functionName}:${victim.name}`);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.lambda.permissions.values());
    if (victim) aws.lambda.permissions.delete(`${victim.key}/${victim.Sid}`);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.lambda.mappings.filter(({ deletedAt }) => deletedAt === undefined));
    if (victim) aws.lambda.mappings.change(victim.id, { enabled: false });
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.lambda.mappings.filter(({ deletedAt }) => deletedAt === undefined));
    if (victim) aws.lambda.mappings.change(victim.id, { deletedAt: aws.lambda.moment.now });
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.apiGateway.stages.values());
    if (victim) aws.apiGateway.stages.delete(`${victim.restApiId}/${victim.name}`);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.apiGateway.resources.filter(({ path }) => path.startsWith('/nami/')));
    if (victim) aws.apiGateway.resources.delete(`${victim.restApiId}/${victim.id}`);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.cloudWatch.alarms.values());
    if (victim) aws.cloudWatch.alarms.delete(victim.name);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.logs.groups.values());
    if (victim) aws.logs.groups.delete(victim.name);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.iam.roles.values());
    if (victim) aws.iam.roles.change(victim.name, { policies: {} });
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.iam.instanceProfiles.values());
    if (victim) aws.iam.instanceProfiles.delete(victim.name);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.ec2.securityGroups.values());
    if (victim) aws.ec2.securityGroups.change(victim.id, { ingress: [] });
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.ec2.network.routeTables.values());
    if (victim) aws.ec2.network.routeTables.change(victim.id, { gatewayId: undefined });
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.sqs.queues.values());
    if (victim) aws.sqs.delete(victim.name);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined));
    if (victim) aws.ec2.machines.stop(victim.id);
  },
  ({ aws }, dice) => {
    const victim = dice.oneOf(aws.ec2.instances.filter(({ endedAt }) => endedAt === undefined));
    if (victim) aws.ec2.machines.end(victim.id);
  },
];

/** What users do to the pipelines with these names. */
export const wishes = (names: readonly string[]): readonly Disturbance[] => [
  ({ kubernetes }, dice) => {
    const memoryMiB = dice.oneOf([128, 256, 512]);
    kubernetes.apply({ metadata: { name: dice.oneOf(names) ?? '' }, spec: { preQueue: { memoryMiB } } });
  },
  ({ kubernetes }, dice) => {
    const name = dice.oneOf(names) ?? '';
    if (kubernetes.get(name)) kubernetes.delete(name);
    else kubernetes.apply({ metadata: { name } });
  },
];

/** Ends all failures; what has happened has happened. */
export function calm({ aws, kubernetes }: World): void {
  aws.faults.off();
  aws.onCall = () => {};
  kubernetes.calm();
}
