export type Tags = Readonly<Record<string, string>>;

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** From the list form of tags that EC2, IAM, SSM and CloudWatch use. */
export const fromTagList = (list: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

export const toTagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

interface TagSpecification {
  readonly ResourceType?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** Tags that a call of EC2 gives to what it makes. */
export const tagsOf = (specifications: readonly TagSpecification[] | undefined, type: string): Tags =>
  Object.assign(
    {},
    ...(specifications ?? [])
      .filter((each) => each.ResourceType === type)
      .map(({ Tags }) => fromTagList(Tags)),
  ) as Tags;

/** What is left of tags without those of some keys. */
export const withoutTags = (tags: Tags, keys: readonly string[] = []): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
