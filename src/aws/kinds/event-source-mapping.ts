import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere } from '../account/errors.ts';
import { type OwnedListing, survey } from '../account/survey.ts';
import { type Actual, leaving, pending, READY, type State } from '../object/actual.ts';
import { addedOf } from '../object/added-tags.ts';
import { differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { TAGS } from '../object/owner.ts';
import { functionTags } from './function.ts';

export interface EventSourceMappingDesired {
  readonly queueArn: string;
  /** ARN of the alias that is called. */
  readonly functionArn: string;
  /** False: paused; messages stay in the queue. Absent: as it is found, and a new one begins paused. */
  readonly enabled?: boolean;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  /** Batches at the same time, 2 to 1,000. Unlike a reservation it never costs a message one of its receives. */
  readonly maximumConcurrency: number;
}

type Details = EventSourceMappingDesired & { readonly enabled: boolean; readonly reportsItems: boolean };

function stateOf({ State = '' }: EventSourceMappingConfiguration): State {
  if (State === 'Deleting') return leaving('is being deleted', 1);
  if (State === 'Enabled' || State === 'Disabled') return READY;
  return pending(`is ${State}`, 3);
}

const actual = (mapping: EventSourceMappingConfiguration): Actual<Details> => ({
  id: mapping.UUID ?? '',
  tags: undefined,
  state: stateOf(mapping),
  outputs: {
    id: mapping.UUID ?? '',
    // Its own is AWS's; by this one it is told whose it is.
    name: mapping.FunctionArn ?? '',
    enabled: String(mapping.State === 'Enabled'),
    isPaused: String(mapping.State === 'Disabled' || mapping.State === 'Creating'),
  },
  details: {
    queueArn: mapping.EventSourceArn ?? '',
    functionArn: mapping.FunctionArn ?? '',
    enabled: mapping.State !== 'Disabled',
    batchSize: mapping.BatchSize ?? 0,
    batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds ?? 0,
    maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? 0,
    reportsItems: mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
  },
});

async function list(account: Account, filter: { EventSourceArn?: string }): Promise<Actual<Details>[]> {
  const found: Actual<Details>[] = [];
  for await (const page of paginateListEventSourceMappings({ client: account.lambda }, filter)) {
    found.push(...(page.EventSourceMappings ?? []).map(actual));
  }
  return found;
}

/** The one that brings a queue's messages to a function. */
export async function findMapping(
  account: Account,
  { queueArn, functionArn }: Pick<EventSourceMappingDesired, 'queueArn' | 'functionArn'>,
): Promise<Actual<Details> | undefined> {
  const all = await list(account, { EventSourceArn: queueArn });
  return all.find(({ details }) => details.functionArn === functionArn);
}

/** Pauses or resumes one, and leaves all else of it as it is. */
export async function setEnabled(account: Account, { id }: Actual<Details>, enabled: boolean): Promise<void> {
  await account.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: enabled }));
}

const settings = (desired: EventSourceMappingDesired) => ({
  ...(desired.enabled !== undefined && { Enabled: desired.enabled }),
  BatchSize: desired.batchSize,
  MaximumBatchingWindowInSeconds: desired.batchWindowSeconds,
  ScalingConfig: { MaximumConcurrency: desired.maximumConcurrency },
  FunctionResponseTypes: ['ReportBatchItemFailures' as const],
});

const functionNameOf = ({ details }: Actual<Details>) => details.functionArn.split(':')[6] ?? '';
const pairOf = ({ queueArn, functionArn }: Pick<EventSourceMappingDesired, 'queueArn' | 'functionArn'>) =>
  `${queueArn} ${functionArn}`;

const MAPPINGS: OwnedListing<Actual<Details>> = {
  name: 'event source mappings',
  async *load(account) {
    yield* await list(account, {});
  },
  idOf: ({ details }) => pairOf(details),
  ownerOf: (mapping) => functionNameOf(mapping).replace(/-(pre|post)-queue$/, ''),
  keyOf: ({ prefix }) => prefix,
};

/** Brings messages from a queue to a function. It belongs to whom its function belongs. */
export const eventSourceMapping = defineKind<EventSourceMappingDesired, Details>({
  removal: 5,
  find: (account, desired) => findMapping(account, desired),
  async glance(account, desired, owner) {
    const mappings = await survey(account, owner, MAPPINGS);
    const found = mappings?.byId.get(pairOf(desired));
    return mappings && found && { actual: found, at: mappings.at };
  },
  async glanceIds(account, owner) {
    return (await survey(account, owner, MAPPINGS))?.of(owner).map(({ id }) => id);
  },
  async byId(account, id) {
    const found = await orAbsent(account.lambda.send(new GetEventSourceMappingCommand({ UUID: id })));
    return found && actual(found);
  },
  async owned(account, owner) {
    const all = await account.inventory.read('event-source-mappings', 1, async function* () {
      yield* await list(account, {});
    });
    return all.filter(({ details }) => details.functionArn.includes(`:function:${owner.prefix}-`));
  },
  holderTags: (account, mapping) => functionTags(account, functionNameOf(mapping)),
  compare: ({ details }, desired) => differing(details, { ...desired, reportsItems: true }),
  async create(account, desired, tags) {
    // Its cluster is for policies of IAM: whose it is, its function tells. Which tags it has is not looked at again, for that
    // takes a call a mapping.
    const Tags = { ...addedOf(tags), [TAGS.cluster]: tags[TAGS.cluster] ?? '' };
    const made = await unlessThere(
      account.lambda.send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: desired.queueArn,
          FunctionName: desired.functionArn,
          Tags,
          ...settings({ ...desired, enabled: desired.enabled ?? false }),
        }),
      ),
    );
    account.inventory.forget('event-source-mappings');
    return actual(made);
  },
  async update(account, desired, { id }) {
    return actual(
      await account.lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, ...settings(desired) })),
    );
  },
  async remove(account, { id }) {
    await orGone(account.lambda.send(new DeleteEventSourceMappingCommand({ UUID: id })));
    account.inventory.forget('event-source-mappings');
  },
});
