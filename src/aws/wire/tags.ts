import type { Tags } from '../object/owner.ts';

/** The `[{Key, Value}]` form of tags that EC2, IAM, SSM and CloudWatch use. */
export const tagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagRecord = (
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));

/** Tags as the command line of AWS takes them. */
export const tagWords = (tags: Tags): string =>
  Object.entries(tags)
    .map(([key, value]) => `Key=${key},Value=${value}`)
    .join(' ');
