import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  ListTagsForResourceCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
  paginateDescribeLogGroups,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, orPresent } from '../account/errors.ts';
import { untilKnown } from '../account/fresh.ts';
import { differing } from '../object/canonical.ts';
import { type Actual, defineKind, READY } from '../object/kind.ts';

export interface LogGroupDesired {
  readonly name: string;
  readonly retentionDays: number;
}

type Details = { readonly retentionDays: number | undefined; readonly arn: string };

async function list(account: Account, prefix: string): Promise<Actual<Details>[]> {
  const groups: LogGroup[] = [];
  for await (const page of paginateDescribeLogGroups(
    { client: account.logs },
    { logGroupNamePrefix: prefix },
  )) {
    groups.push(...(page.logGroups ?? []));
  }
  return await Promise.all(
    groups.map(async ({ logGroupName = '', arn = '', retentionInDays }) => {
      const resourceArn = arn.replace(/:\*$/, '');
      const found = await orAbsent(account.logs.send(new ListTagsForResourceCommand({ resourceArn })));
      return {
        id: logGroupName,
        tags: found?.tags ?? {},
        state: READY,
        outputs: { name: logGroupName, arn: resourceArn },
        details: { retentionDays: retentionInDays, arn: resourceArn },
      };
    }),
  );
}

/** Made before the function that writes to it, whose role can't make one: so its retention always holds. */
export const logGroup = defineKind<LogGroupDesired, Details>({
  removal: 95,
  async find(account, { name }) {
    return (await list(account, name)).find(({ id }) => id === name);
  },
  owned: (account, owner) => list(account, `/aws/lambda/${owner.prefix}-`),
  compare: ({ details }, { retentionDays }) => differing(details, { retentionDays }),
  async create(account, desired, tags) {
    await orPresent(
      account.logs.send(new CreateLogGroupCommand({ logGroupName: desired.name, tags: { ...tags } })),
    );
    await untilKnown(() => putRetention(account, desired));
  },
  update: (account, desired) => putRetention(account, desired),
  async remove(account, { id }) {
    await orGone(account.logs.send(new DeleteLogGroupCommand({ logGroupName: id })));
  },
  async tag(account, { details }, tags) {
    await account.logs.send(new TagResourceCommand({ resourceArn: details.arn, tags: { ...tags } }));
  },
});

async function putRetention(account: Account, { name, retentionDays }: LogGroupDesired): Promise<void> {
  await account.logs.send(
    new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays: retentionDays }),
  );
}
