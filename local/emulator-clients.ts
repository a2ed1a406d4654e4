import { EC2Client } from '@aws-sdk/client-ec2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Inventory } from '../src/aws/account/inventory.ts';
import { type Clock, systemClock } from '../src/clock.ts';
import type { Emulators } from './aws.ts';

/** Clients that speak to the emulators directly: what they do is neither recorded nor disturbed. */
export interface EmulatorClients {
  readonly ec2: EC2Client;
  readonly ssm: SSMClient;
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  /** What the operator's own calls remember between two of them. */
  readonly inventory: Inventory;
  readonly clock: Clock;
}

export function emulatorClients({ motoUrl, miniStackUrl }: Emulators, region: string): EmulatorClients {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const moto = { endpoint: motoUrl, region, credentials };
  const miniStack = { endpoint: miniStackUrl, region, credentials };
  return {
    ec2: new EC2Client(moto),
    ssm: new SSMClient(moto),
    sqs: new SQSClient(miniStack),
    lambda: new LambdaClient(miniStack),
    s3: new S3Client(miniStack),
    inventory: new Inventory(systemClock),
    clock: systemClock,
  };
}
