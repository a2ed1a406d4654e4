import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Account } from '../account/account.ts';
import { isNotFound, TerminalError } from '../account/errors.ts';

/** An object in S3. */
export interface S3ObjectRef {
  readonly bucket: string;
  readonly key: string;
  /** Without it, the latest. */
  readonly version?: string | undefined;
}

export interface S3Object {
  /** Changes with the content. */
  readonly etag: string;
  readonly bytes: Uint8Array;
}

const NOT_MODIFIED = 304;

/**
 * Reads an object of at most `maxBytes`; undefined if it is still the one with `knownEtag`. Throws TerminalError
 * `S3ObjectInvalid` where there is none, or one that is too large.
 */
export async function readS3Object(
  account: Account,
  ref: S3ObjectRef,
  maxBytes: number,
  knownEtag?: string,
): Promise<S3Object | undefined> {
  const url = `s3://${ref.bucket}/${ref.key}`;
  try {
    const { Body, ContentLength, ETag } = await account.s3.send(
      new GetObjectCommand({
        Bucket: ref.bucket,
        Key: ref.key,
        VersionId: ref.version,
        IfNoneMatch: knownEtag,
      }),
    );
    if (!Body || ContentLength === undefined || ContentLength > maxBytes) {
      // Unread, the body would keep its connection.
      await Body?.transformToWebStream().cancel();
      throw new TerminalError(
        'S3ObjectInvalid',
        `${url} has ${ContentLength} bytes, and may have ${maxBytes}: make it smaller`,
      );
    }
    return { etag: ETag ?? '', bytes: await Body.transformToByteArray() };
  } catch (error) {
    if (isNotModified(error)) return undefined;
    if (!isNotFound(error)) throw error;
    const version = ref.version === undefined ? '' : ` in version ${ref.version}`;
    throw new TerminalError('S3ObjectInvalid', `${url} is not there${version}: upload it`, { cause: error });
  }
}

/** The SDK makes an error of the answer that the object is the one that is known. */
function isNotModified(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === NOT_MODIFIED;
}
