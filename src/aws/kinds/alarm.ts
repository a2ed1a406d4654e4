import {
  type ComparisonOperator,
  DeleteAlarmsCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  paginateDescribeAlarms,
  type Statistic,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Account } from '../account/account.ts';
import { orGone, unlessUnsettled } from '../account/errors.ts';
import { type Listing, survey } from '../account/survey.ts';
import { arnStart, glanceNames, glanceTags } from '../calls/tagged-resources.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import { carries, type Owner } from '../object/owner.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface AlarmDesired {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** The alarm goes off at this value and above. */
  readonly threshold: number;
  /** ARNs told when it goes off and when it ends. */
  readonly actions: readonly string[];
}

/** What holds for all alarms: nothing to measure is no trouble. */
const JUDGEMENT = {
  comparison: 'GreaterThanOrEqualToThreshold',
  missingData: 'notBreaching',
} as const;

type Details = AlarmDesired & {
  readonly arn: string;
  /** ARNs told when it ends. */
  readonly endActions: readonly string[];
} & { readonly [Field in keyof typeof JUDGEMENT]: string };

/** What is written, in the form of what is found. */
const wantedOf = (desired: AlarmDesired) => ({ ...desired, ...JUDGEMENT, endActions: desired.actions });

const actual = (alarm: MetricAlarm, tags: Actual['tags']): Actual<Details> => ({
  id: alarm.AlarmName ?? '',
  tags,
  state: READY,
  outputs: { arn: alarm.AlarmArn ?? '' },
  details: {
    arn: alarm.AlarmArn ?? '',
    name: alarm.AlarmName ?? '',
    description: alarm.AlarmDescription ?? '',
    namespace: alarm.Namespace ?? '',
    metric: alarm.MetricName ?? '',
    dimensions: Object.fromEntries(
      (alarm.Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']),
    ),
    statistic: (alarm.Statistic ?? '') as AlarmDesired['statistic'],
    periodSeconds: alarm.Period ?? 0,
    evaluationPeriods: alarm.EvaluationPeriods ?? 0,
    threshold: alarm.Threshold ?? 0,
    actions: alarm.AlarmActions ?? [],
    endActions: alarm.OKActions ?? [],
    comparison: alarm.ComparisonOperator ?? '',
    missingData: alarm.TreatMissingData ?? '',
  },
});

/** One read serves all alarms of an owner, whose names start alike; tags are read for those that are asked for. */
async function list(account: Account, owner: Owner): Promise<MetricAlarm[]> {
  const prefix = `${owner.prefix}-`;
  return await account.inventory.read(listName(owner), 1, async function* () {
    const pages = paginateDescribeAlarms({ client: account.cloudWatch }, { AlarmNamePrefix: prefix });
    for await (const page of pages) yield* page.MetricAlarms ?? [];
  });
}

const listName = ({ prefix }: Owner) => `alarms of ${prefix}`;

/** Tags cost a call an alarm, hardly ever change, and count only for the question whose alarm it is. */
const TAGS_SECONDS = 3600;

const tagsName = (arn: string | undefined) => `tags of ${arn}`;

async function withTags(account: Account, alarm: MetricAlarm, owner: Owner): Promise<Actual<Details>> {
  const name = tagsName(alarm.AlarmArn);
  const list = await account.inventory.read(name, TAGS_SECONDS, async function* () {
    const { Tags = [] } = await unlessUnsettled(
      account.cloudWatch.send(new ListTagsForResourceCommand({ ResourceARN: alarm.AlarmArn })),
    );
    yield* Tags;
  });
  const tags = tagRecord(list);
  // Tags may show later than what they are on: only that it is ours is an answer to keep.
  if (!carries(tags, owner.identity)) account.inventory.forget(name);
  return actual(alarm, tags);
}

/** Of thousands no more is kept than what is compared. */
const ALARMS: Listing<Actual<Details>> = {
  name: 'alarms',
  async *load({ cloudWatch }) {
    for await (const page of paginateDescribeAlarms(
      { client: cloudWatch, pageSize: 100 },
      { AlarmNamePrefix: 'nami-' },
    ))
      yield* (page.MetricAlarms ?? []).map((each) => actual(each, {}));
  },
  idOf: ({ id }) => id,
};

const put = (desired: AlarmDesired, tags?: Actual['tags']) =>
  new PutMetricAlarmCommand({
    AlarmName: desired.name,
    AlarmDescription: desired.description,
    Namespace: desired.namespace,
    MetricName: desired.metric,
    Dimensions: Object.entries(desired.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: desired.statistic as Statistic,
    Period: desired.periodSeconds,
    EvaluationPeriods: desired.evaluationPeriods,
    Threshold: desired.threshold,
    ComparisonOperator: JUDGEMENT.comparison satisfies ComparisonOperator,
    TreatMissingData: JUDGEMENT.missingData,
    AlarmActions: [...desired.actions],
    OKActions: [...desired.actions],
    ...(tags && { Tags: tagList(tags) }),
  });

/** An owner has fewer than one call takes. (CloudWatch API: DeleteAlarms, 100.) */
async function removeAll(account: Account, alarms: readonly Actual[], owner: Owner): Promise<void> {
  const AlarmNames = alarms.map(({ id }) => id);
  await orGone(account.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames })));
  account.inventory.forget(listName(owner));
}

export const alarm = defineKind<AlarmDesired, Details>({
  removal: 1,
  async find(account, { name }, owner) {
    const found = (await list(account, owner)).find(({ AlarmName }) => AlarmName === name);
    return found && (await withTags(account, found, owner));
  },
  async glance(account, { name }, owner) {
    const alarms = await survey(account, owner, ALARMS);
    const found = alarms?.byId.get(name);
    const known = await glanceTags(account, owner, arnStart(account, 'cloudwatch', `alarm:${name}`));
    if (!alarms || !found || !known) return undefined;
    return { actual: { ...found, tags: known.tags }, at: Math.min(alarms.at, known.at) };
  },
  glanceIds: (account, owner) => glanceNames(account, owner, arnStart(account, 'cloudwatch', 'alarm:')),
  async owned(account, owner, isKnown = noneKnown) {
    const unknown = (await list(account, owner)).filter(({ AlarmName = '' }) => !isKnown(AlarmName));
    return await Promise.all(unknown.map((each) => withTags(account, each, owner)));
  },
  compare: ({ details }, desired) => differing(details, wantedOf(desired)),
  async create(account, desired, tags, owner) {
    await account.cloudWatch.send(put(desired, tags));
    account.inventory.forget(listName(owner));
    const arn = `arn:${account.partition}:cloudwatch:${account.region}:${account.accountId}:alarm:${desired.name}`;
    return { id: desired.name, tags, state: READY, outputs: { arn }, details: { ...wantedOf(desired), arn } };
  },
  async update(account, desired, _actual, owner) {
    await account.cloudWatch.send(put(desired));
    account.inventory.forget(listName(owner));
  },
  remove: (account, actual, owner) => removeAll(account, [actual], owner),
  removeAll,
  async tag(account, { details }, tags) {
    await account.cloudWatch.send(new TagResourceCommand({ ResourceARN: details.arn, Tags: tagList(tags) }));
    account.inventory.forget(tagsName(details.arn));
  },
  async untag(account, { details }, keys) {
    await account.cloudWatch.send(new UntagResourceCommand({ ResourceARN: details.arn, TagKeys: [...keys] }));
    account.inventory.forget(tagsName(details.arn));
  },
});
