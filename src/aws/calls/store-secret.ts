import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { Account } from '../account/account.ts';

/** What a parameter holds now. */
export async function readSecret({ ssm }: Account, name: string): Promise<string> {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return Parameter?.Value ?? '';
}

/** Puts another value into a parameter that is there; its tags stay. (Systems Manager API Reference: PutParameter, Overwrite.) */
export async function changeSecret(
  { ssm }: Account,
  { name, description }: { readonly name: string; readonly description?: string | undefined },
  value: string,
): Promise<void> {
  await ssm.send(
    new PutParameterCommand({
      Name: name,
      Description: description,
      Type: 'SecureString',
      Value: value,
      Overwrite: true,
    }),
  );
}
