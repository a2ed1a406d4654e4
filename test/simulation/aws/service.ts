import type { Clock } from '../../../src/clock.ts';
import { Moment } from './table.ts';
import type { Times } from './times.ts';

/** The services that the operator calls, as the IAM actions name them. */
export const SERVICES = [
  'apigateway',
  'cloudwatch',
  'ec2',
  'iam',
  'lambda',
  'logs',
  'route53',
  's3',
  'sqs',
  'ssm',
  'sts',
  'tag',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Answers one command; each knows the type of its own input. */
export type Operation = (input: never) => object | undefined;

/** Commands by name, without "Command". */
export type Operations = Readonly<Record<string, Operation>>;

/** What every service of an account knows. */
export interface Surroundings {
  readonly clock: Clock;
  readonly times: Times;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  /** A new id, such as "vpc-0000000000000001". */
  newId(prefix: string): string;
}

/** One AWS service: its state, and the commands that change and show it. */
export abstract class Service {
  abstract readonly operations: Operations;
  /** When its tables are looked at. */
  readonly moment: Moment;
  protected readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
    this.moment = new Moment(around.clock);
  }

  protected get now(): number {
    return this.moment.now;
  }

  protected arn(service: string, resource: string): string {
    const { partition, region, accountId } = this.around;
    return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  }
}
