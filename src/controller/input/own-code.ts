import { createHash } from 'node:crypto';
import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import type { Account } from '../../aws/account/account.ts';
import { TerminalError } from '../../aws/account/errors.ts';
import { readS3Object, type S3ObjectRef } from '../../aws/calls/s3-object.ts';
import type { FileBeside } from '../../code.ts';
import { describeKey, type KeyReader, readKey } from './key-ref.ts';

export type CodeRef = NonNullable<WebhookPipelineSpec['preQueue' | 'postQueue']['code']>;

/** What is remembered of an object in S3, so that the same one is not read again and again. */
export interface KnownObject {
  readonly ref: S3ObjectRef;
  readonly etag: string;
  readonly sha256: string;
}

/** More than a module with all its dependencies bundled needs; a ConfigMap holds 1 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Where code is, in words for the user. */
export function describeCode({ configMapRef, s3 }: CodeRef): string {
  if (configMapRef) return describeKey({ kind: 'ConfigMap', ...configMapRef });
  return `s3://${s3?.bucket}/${s3?.key}`;
}

/**
 * Finds a user's own module, without looking into it: it runs in AWS alone. Throws TerminalError where it is missing,
 * empty or too large. `field` is where in the spec the reference stands; `known` is kept between two looks.
 */
export async function findOwnCode(
  { client, account }: { readonly client: KeyReader; readonly account: Account },
  namespace: string,
  code: CodeRef,
  field: string,
  known: Map<string, KnownObject>,
): Promise<FileBeside> {
  if (code.configMapRef) {
    const ref = { kind: 'ConfigMap', ...code.configMapRef } as const;
    return moduleOf(Buffer.from(await readKey(client, namespace, ref, field)), code);
  }
  if (!code.s3) throw new TypeError(`${field} names nothing`);
  return await findInS3(account, code, code.s3, field, known);
}

async function findInS3(
  account: Account,
  code: CodeRef,
  ref: S3ObjectRef,
  field: string,
  known: Map<string, KnownObject>,
): Promise<FileBeside> {
  const before = known.get(field);
  const same = before && isSame(before.ref, ref) ? before : undefined;
  // A version never changes.
  const found =
    same && ref.version !== undefined ? undefined : await readS3Object(account, ref, MAX_BYTES, same?.etag);
  if (found) {
    const module = moduleOf(found.bytes, code);
    known.set(field, { ref, etag: found.etag, sha256: module.sha256 });
    return module;
  }
  if (!same) throw new Error(`${describeCode(code)} is said not to have changed since it was never read`);
  const read = async () => (await readS3Object(account, ref, MAX_BYTES))?.bytes ?? Buffer.alloc(0);
  return { sha256: same.sha256, read };
}

const isSame = (a: S3ObjectRef, b: S3ObjectRef) =>
  a.bucket === b.bucket && a.key === b.key && a.version === b.version;

function moduleOf(bytes: Uint8Array, code: CodeRef): FileBeside {
  if (bytes.length === 0) {
    throw new TerminalError('CodeInvalid', `${describeCode(code)} is empty: put the module into it`);
  }
  return { sha256: createHash('sha256').update(bytes).digest('hex'), read: async () => bytes };
}
