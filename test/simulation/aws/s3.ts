import { createHash } from 'node:crypto';
import type { GetObjectRequest } from '@aws-sdk/client-s3';
import { AwsError } from './aws-error.ts';
import { type Operations, Service } from './service.ts';
import { Table } from './table.ts';

/** Amazon S3, as far as objects are read. Errors as in the S3 API Reference, "GetObject". */
export class S3 extends Service {
  readonly objects = new Table<{ readonly bytes: Uint8Array; readonly etag: string }>(this.moment);

  put(bucket: string, key: string, text: string): void {
    const etag = `"${createHash('md5').update(text).digest('hex')}"`;
    this.objects.set(`${bucket}/${key}`, { bytes: Buffer.from(text), etag });
  }

  readonly operations: Operations = {
    GetObject: ({ Bucket, Key, IfNoneMatch }: GetObjectRequest) => {
      const found = this.objects.get(`${Bucket}/${Key}`);
      if (!found) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
      const { bytes, etag } = found;
      // Without a body there is no code for the SDK to read.
      if (IfNoneMatch === etag) throw new AwsError('Unknown', 'UnknownError', 304);
      return {
        ETag: etag,
        ContentLength: bytes.length,
        Body: {
          transformToByteArray: async () => bytes,
          transformToWebStream: () => ({ cancel: async () => {} }),
        },
      };
    },
  };
}
