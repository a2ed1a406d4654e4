import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  paginateListQueues,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { SQS_MESSAGE_BYTES } from '../../../handlers/contract.ts';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere, unlessUnsettled } from '../account/errors.ts';
import { noteQueueUrl, queueUrl } from '../calls/queue-url.ts';
import { LONGEST_RETENTION_SECONDS, recentAttributes } from '../calls/queues.ts';
import { arnStart, glanceNames, glanceTags } from '../calls/tagged-resources.ts';
import { type Actual, READY } from '../object/actual.ts';
import { differing } from '../object/canonical.ts';
import { defineKind, noneKnown } from '../object/kind.ts';
import { REDRIVE_DUE, TAGS, type Tags } from '../object/owner.ts';
import { parsePolicy, policyText } from '../wire/policy.ts';

export interface QueueDesired {
  readonly name: string;
  /** "longest": as long as SQS keeps anything. */
  readonly retentionSeconds: number | 'longest';
  /** A longer retention that is found stays. */
  readonly mayKeepLonger?: true;
  readonly visibilityTimeoutSeconds: number;
  /** Where messages go that were received too often. */
  readonly redrive?: {
    readonly deadLetterArn: string;
    readonly maxReceiveCount: number;
    /** Such a count stays where it is found. */
    readonly orFound?: number;
  };
  /** Makes this a dead-letter queue of that one queue alone. */
  readonly deadLettersOf?: string;
}

/** The attributes as SQS takes and gives them: text, some of it JSON. */
type Attributes = Record<string, string>;
type Details = { readonly url: string; readonly attributes: Attributes };

/** Attributes that hold JSON, whose text may come back in another form. */
const JSON_ATTRIBUTES = new Set(['RedrivePolicy', 'RedriveAllowPolicy', 'Policy']);

const retentionOf = ({ retentionSeconds }: QueueDesired) =>
  retentionSeconds === 'longest' ? LONGEST_RETENTION_SECONDS : retentionSeconds;

function receivesOf(
  { maxReceiveCount, orFound }: NonNullable<QueueDesired['redrive']>,
  { RedrivePolicy = '{}' }: Attributes,
): number {
  const found = Number((JSON.parse(RedrivePolicy) as { maxReceiveCount?: unknown }).maxReceiveCount);
  return found === orFound ? found : maxReceiveCount;
}

/** `arn` is the queue's own: the ARNs of its neighbours differ in the last part alone. */
function attributesOf(arn: string, desired: QueueDesired, found: Attributes = {}): Attributes {
  return {
    MessageRetentionPeriod: String(retentionOf(desired)),
    VisibilityTimeout: String(desired.visibilityTimeoutSeconds),
    MaximumMessageSize: String(SQS_MESSAGE_BYTES),
    SqsManagedSseEnabled: 'true',
    Policy: policyText([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]),
    ...(desired.redrive && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: desired.redrive.deadLetterArn,
        maxReceiveCount: receivesOf(desired.redrive, found),
      }),
    }),
    ...(desired.deadLettersOf !== undefined && {
      RedriveAllowPolicy: JSON.stringify({
        redrivePermission: 'byQueue',
        sourceQueueArns: [arn.replace(/[^:]*$/, desired.deadLettersOf)],
      }),
    }),
  };
}

/** What is wanted of a queue that has these attributes. */
function wantedOf(attributes: Attributes, desired: QueueDesired): Attributes {
  const wanted = attributesOf(attributes.QueueArn ?? '', desired, attributes);
  if (!desired.mayKeepLonger) return wanted;
  const found = Number(attributes.MessageRetentionPeriod ?? 0);
  return { ...wanted, MessageRetentionPeriod: String(Math.max(found, retentionOf(desired))) };
}

/** Attributes in a form whose equality is equality of meaning; numbers within JSON may come back as text. */
function comparable(attributes: Attributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, text]) => {
      if (!JSON_ATTRIBUTES.has(name)) return [name, text];
      if (name === 'Policy') return [name, parsePolicy(text)];
      return [name, JSON.parse(text, (_, value) => (typeof value === 'number' ? String(value) : value))];
    }),
  );
}

const nameOf = (url: string) => url.split('/').at(-1) ?? '';

const actual = (url: string, attributes: Attributes, tags: Tags): Actual<Details> => ({
  id: nameOf(url),
  tags,
  state: READY,
  outputs: {
    url,
    arn: attributes.QueueArn ?? '',
    redriveDue: String(tags[TAGS.redrive] === REDRIVE_DUE),
  },
  details: { url, attributes },
});

async function byUrl(account: Account, url: string): Promise<Actual<Details> | undefined> {
  const found = await orAbsent(
    account.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })),
  );
  if (!found) return undefined;
  const { Tags = {} } = await unlessUnsettled(account.sqs.send(new ListQueueTagsCommand({ QueueUrl: url })));
  return actual(url, (found.Attributes ?? {}) as Attributes, Tags);
}

async function byName(account: Account, name: string): Promise<Actual<Details> | undefined> {
  const url = await queueUrl(account, name);
  return url === undefined ? undefined : await byUrl(account, url);
}

export const queue = defineKind<QueueDesired, Details>({
  removal: 40,
  find: (account, { name }) => byName(account, name),
  async glance(account, { name }, owner) {
    const seen = await recentAttributes(account, name);
    const known = await glanceTags(account, owner, arnStart(account, 'sqs', name));
    // That something is due to go back is asked of the queue itself: it may just have gone.
    if (!seen || !known || TAGS.redrive in known.tags) return undefined;
    return { actual: actual(seen.url, { ...seen.attributes }, known.tags), at: Math.min(seen.at, known.at) };
  },
  glanceIds: (account, owner) => glanceNames(account, owner, arnStart(account, 'sqs', '')),
  byId: byName,
  async owned(account, owner, isKnown = noneKnown) {
    const found: Actual<Details>[] = [];
    for await (const page of paginateListQueues(
      { client: account.sqs },
      { QueueNamePrefix: `${owner.prefix}-` },
    )) {
      for (const url of page.QueueUrls ?? []) {
        if (isKnown(nameOf(url))) continue;
        const each = await byUrl(account, url);
        if (each) found.push(each);
      }
    }
    return found;
  },
  compare: ({ details: { attributes } }, desired) =>
    differing(comparable(attributes), comparable(wantedOf(attributes, desired))),
  async create(account, desired, tags) {
    const arn = `arn:${account.partition}:sqs:${account.region}:${account.accountId}:${desired.name}`;
    const Attributes = attributesOf(arn, desired);
    const { QueueUrl = '' } = await unlessThere(
      account.sqs.send(new CreateQueueCommand({ QueueName: desired.name, Attributes, tags: { ...tags } })),
    );
    noteQueueUrl(account, desired.name, QueueUrl);
    return actual(QueueUrl, { ...Attributes, QueueArn: arn }, tags);
  },
  async update(account, desired, found) {
    const { url, attributes } = found.details;
    const Attributes = wantedOf(attributes, desired);
    await account.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    return { ...found, details: { url, attributes: { ...attributes, ...Attributes } } };
  },
  async remove(account, { details }) {
    await orGone(account.sqs.send(new DeleteQueueCommand({ QueueUrl: details.url })));
  },
  async tag(account, { details }, tags) {
    await account.sqs.send(new TagQueueCommand({ QueueUrl: details.url, Tags: { ...tags } }));
  },
  async untag(account, { details }, keys) {
    await account.sqs.send(new UntagQueueCommand({ QueueUrl: details.url, TagKeys: [...keys] }));
  },
});
