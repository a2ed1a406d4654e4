import { createSecureContext } from 'node:tls';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { type Collection, MongoClient } from 'mongodb';
import type { EventDocument } from '../handlers/post-queue/document.ts';
import { loginOf } from '../src/store-login.ts';
import { emulatorClients } from './emulator-clients.ts';
import type { LocalStack } from './stack.ts';

/** The events that a managed store holds, read as a user would: with the pipeline's own credentials. */
export interface EventStore {
  readonly events: Collection<EventDocument>;
  close(): Promise<void>;
}

export async function openEventStore(
  stack: LocalStack,
  address: string,
  passwordParameter: string,
): Promise<EventStore> {
  const { ssm } = emulatorClients(stack.emulators, stack.environment.AWS_REGION ?? '');
  const secret = async (Name: string) =>
    (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value ?? '';
  const authority = await secret(passwordParameter.replace(/password$/, 'authority'));
  const { user: username, password } = loginOf(await secret(passwordParameter));
  const client = new MongoClient(
    `mongodb://${address}:27017/?authSource=admin&directConnection=true&tls=true`,
    {
      auth: { username, password },
      secureContext: createSecureContext({
        ca: authority.slice(authority.indexOf('-----BEGIN CERTIFICATE')),
      }),
      serverSelectionTimeoutMS: 10_000,
    },
  );
  await client.connect();
  return { events: client.db('nami').collection('events'), close: () => client.close() };
}
