import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  ListTagsForResourceCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Account } from '../account/account.ts';
import { orGone, unlessThere, unlessUnsettled } from '../account/errors.ts';
import { type Listing, survey } from '../account/survey.ts';
import { arnStart, glanceNames, glanceTags } from '../calls/tagged-resources.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import type { Tags } from '../object/owner.ts';

export interface LogGroupDesired {
  readonly name: string;
  readonly retentionDays: number;
}

type Details = { readonly retentionDays: number | undefined; readonly arn: string };

const actual = (
  name: string,
  arn: string,
  tags: Tags,
  retentionDays: number | undefined,
): Actual<Details> => ({
  id: name,
  tags,
  state: READY,
  outputs: { name, arn },
  details: { retentionDays, arn },
});

async function list(account: Account, prefix: string): Promise<LogGroup[]> {
  const groups: LogGroup[] = [];
  for await (const page of paginateDescribeLogGroups(
    { client: account.logs },
    { logGroupNamePrefix: prefix },
  )) {
    groups.push(...(page.logGroups ?? []));
  }
  return groups;
}

async function withTags(
  account: Account,
  { logGroupName = '', arn = '', retentionInDays }: LogGroup,
): Promise<Actual<Details>> {
  const resourceArn = arn.replace(/:\*$/, '');
  const { tags = {} } = await unlessUnsettled(
    account.logs.send(new ListTagsForResourceCommand({ resourceArn })),
  );
  return actual(logGroupName, resourceArn, tags, retentionInDays);
}

async function byName(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const found = (await list(account, name)).find(({ logGroupName }) => logGroupName === name);
  return found && (await withTags(account, found));
}

/** The start of the names of all pipelines' groups: a shorter one may list the whole account's. */
const ALL = '/aws/lambda/nami-';

const GROUPS: Listing<LogGroup> = {
  name: 'log groups',
  async *load(account) {
    yield* await list(account, ALL);
  },
  idOf: ({ logGroupName = '' }) => logGroupName,
};

/** Made before the function that writes to it, whose role can't make one: so its retention always holds. */
export const logGroup = defineKind<LogGroupDesired, Details>({
  removal: 95,
  find: (account, { name }) => byName(account, name),
  async glance(account, { name }, owner) {
    const groups = await survey(account, owner, GROUPS);
    const group = groups?.byId.get(name);
    const arn = arnStart(account, 'logs', `log-group:${name}`);
    const known = await glanceTags(account, owner, arn);
    if (!groups || !group || !known) return undefined;
    return {
      actual: actual(name, arn, known.tags, group.retentionInDays),
      at: Math.min(groups.at, known.at),
    };
  },
  glanceIds: (account, owner) => glanceNames(account, owner, arnStart(account, 'logs', 'log-group:')),
  byId: byName,
  async owned(account, owner, isKnown = noneKnown) {
    const groups = await list(account, `/aws/lambda/${owner.prefix}-`);
    const unknown = groups.filter(({ logGroupName = '' }) => !isKnown(logGroupName));
    return await Promise.all(unknown.map((group) => withTags(account, group)));
  },
  compare: ({ details }, { retentionDays }) => differing(details, { retentionDays }),
  async create(account, { name }, tags) {
    await unlessThere(
      account.logs.send(new CreateLogGroupCommand({ logGroupName: name, tags: { ...tags } })),
    );
    const { partition, region, accountId } = account;
    return actual(name, `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`, tags, undefined);
  },
  async update(account, { name, retentionDays }, found) {
    await account.logs.send(
      new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: retentionDays }),
    );
    return { ...found, details: { ...found.details, retentionDays } };
  },
  async remove(account, { id }) {
    await orGone(account.logs.send(new DeleteLogGroupCommand({ logGroupName: id })));
  },
  async tag(account, { details }, tags) {
    await account.logs.send(new TagResourceCommand({ resourceArn: details.arn, tags: { ...tags } }));
  },
  async untag(account, { details }, keys) {
    await account.logs.send(new UntagResourceCommand({ resourceArn: details.arn, tagKeys: [...keys] }));
  },
});
