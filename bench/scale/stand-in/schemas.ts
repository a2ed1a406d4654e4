import * as apigateway from '@aws-sdk/client-api-gateway';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as tag from '@aws-sdk/client-resource-groups-tagging-api';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceName } from '../../../test/simulation/aws/service.ts';

/** How a service puts requests and answers into HTTP. (Smithy: AWS protocols.) */
export type Protocol = 'json' | 'rest-json' | 'query' | 'ec2-query';

export interface Wire {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  /** The SDK's own schema of an operation. */
  readonly operation: (command: string) => Operation;
}

export interface Operation {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** Of REST services. */
  readonly http: readonly [method: string, path: string, status: number] | undefined;
}

const wire = (service: ServiceName, protocol: Protocol, client: object): Wire => ({
  service,
  protocol,
  operation: (command) => {
    const schema = (client as Readonly<Record<string, readonly unknown[]>>)[`${command}$`];
    if (schema === undefined) throw new Error(`the SDK has no schema of ${service}:${command}`);
    const [, , , traits, input, output] = schema;
    return {
      input: NormalizedSchema.of(input as never),
      output: NormalizedSchema.of(output as never),
      http: (traits as { readonly http?: Operation['http'] }).http,
    };
  },
});

/** By the names with which requests are signed. Route 53 and S3 are left out: they take a domain name or own code. */
export const WIRES: Readonly<Record<string, Wire>> = {
  apigateway: wire('apigateway', 'rest-json', apigateway),
  ec2: wire('ec2', 'ec2-query', ec2),
  iam: wire('iam', 'query', iam),
  lambda: wire('lambda', 'rest-json', lambda),
  logs: wire('logs', 'json', logs),
  monitoring: wire('cloudwatch', 'json', cloudwatch),
  sqs: wire('sqs', 'json', sqs),
  ssm: wire('ssm', 'json', ssm),
  sts: wire('sts', 'query', sts),
  tagging: wire('tag', 'json', tag),
};
