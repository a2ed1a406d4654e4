import {
  DescribeInstancesCommand,
  type Filter,
  type Instance,
  paginateDescribeInstances,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { BackoffError, orAbsent, orGone, TerminalError } from '../account/errors.ts';
import { type Launch, launchInstance, rehearseLaunch } from '../calls/launch.ts';
import { type Actual, leaving, pending, READY, type State } from '../object/actual.ts';
import { fingerprint } from '../object/fingerprint.ts';
import { defineKind } from '../object/kind.ts';
import { carries, type Owner, TAGS, type Tags } from '../object/owner.ts';
import { ownerFilters, tagCommand, tagEc2 } from '../wire/ec2-tags.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface InstanceDesired extends Launch {
  /** Which of its owner's instances: the tag `nami.dev/object`. */
  readonly object: string;
  /** The instance that it was so far; empty: none is known. */
  readonly expectedId: string;
}

type Details = {
  readonly revision: string;
  readonly stopped: boolean;
};

/** Hash of what an instance was launched with: a difference means another instance. */
const REVISION_TAG = 'nami.dev/revision';

/** Milliseconds after its launch for which an instance may be the one that was just asked for. */
const YOUNG = 600_000;

/** Instances that died by themselves before another is launched only after a backoff. */
const EARLY_DEATHS = 2;

function stateOf({ State }: Instance): State {
  switch (State?.Name) {
    case 'pending':
      return pending('is starting', 1);
    case 'stopping':
      return pending('is stopping', 2);
    case 'shutting-down':
      return leaving('is shutting down', 1);
    case 'running':
    case 'stopped':
      return READY;
    default:
      return pending('AWS does not say how it is', 1);
  }
}

/**
 * Which fallbacks there are, and which is in use, is no difference: it follows from the capacity of the day. Nor is what
 * only says whether a launch is possible.
 */
const revisionOf = ({
  instanceTypes: [instanceType],
  object,
  imageId,
  subnetId,
  securityGroupId,
  instanceProfileArn,
  userData,
}: InstanceDesired) =>
  fingerprint({ object, imageId, subnetId, securityGroupId, instanceProfileArn, userData, instanceType });

const actual = (instance: Instance): Actual<Details> => {
  const tags = tagRecord(instance.Tags);
  return {
    id: instance.InstanceId ?? '',
    tags,
    state: stateOf(instance),
    outputs: { id: instance.InstanceId ?? '', privateIp: instance.PrivateIpAddress ?? '' },
    details: {
      revision: tags[REVISION_TAG] ?? '',
      stopped: instance.State?.Name === 'stopped',
    },
  };
};

async function describe(account: Account, filters: Filter[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for await (const page of paginateDescribeInstances({ client: account.ec2 }, { Filters: filters })) {
    for (const { Instances } of page.Reservations ?? []) found.push(...(Instances ?? []));
  }
  const launch = ({ LaunchTime }: Instance) => LaunchTime?.getTime() ?? 0;
  return found.sort(
    (a, b) => launch(a) - launch(b) || (a.InstanceId ?? '').localeCompare(b.InstanceId ?? ''),
  );
}

async function instanceById(account: Account, id: string): Promise<Instance | undefined> {
  const found = await orAbsent(account.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })));
  const all = found?.Reservations?.flatMap(({ Instances }) => Instances ?? []) ?? [];
  return all.find((each) => each.InstanceId === id && !isTerminated(each));
}

const isTerminated = ({ State }: Instance) => State?.Name === 'terminated';
const isLeaving = ({ State }: Instance) => State?.Name === 'shutting-down';

/** By these it is found, and told from one that was launched with other settings. */
const tagsOf = ({ identity }: Owner, desired: InstanceDesired, revision = ''): Tags => ({
  ...identity,
  [TAGS.object]: desired.object,
  [REVISION_TAG]: revision || revisionOf(desired),
});
const isOurs = ({ Tags }: Instance, { identity }: Owner, { object }: InstanceDesired) =>
  carries(tagRecord(Tags), { ...identity, [TAGS.object]: object });

/** Where nobody can tell that it is ours, a second host would take the volume from it. */
function tagsLost(
  account: Account,
  owner: Owner,
  desired: InstanceDesired,
  { InstanceId: id = '', Tags }: Instance,
): TerminalError {
  const tags = tagsOf(owner, desired, tagRecord(Tags)[REVISION_TAG]);
  return new TerminalError(
    'HostTagsLost',
    `the host ${id} has lost its tags: put them back with: ${tagCommand(account, id, tags)}; or terminate it, and another takes its place`,
  );
}

/** The host: MongoDB in a container, on a volume that is attached to it. */
export const instance = defineKind<InstanceDesired, Details>({
  removal: 20,
  replaced: true,
  async find(account, desired, owner) {
    const { expectedId, object } = desired;
    const ours = await describe(account, ownerFilters(owner, object));
    const isExpected = ({ InstanceId }: Instance) => InstanceId === expectedId;
    // Terminated instances stay listed for an hour; one on its way out must be gone before the next comes.
    const alive = ours.filter((each) => !isTerminated(each));
    const unlisted =
      expectedId !== '' && !ours.some(isExpected) ? await instanceById(account, expectedId) : undefined;
    if (unlisted && !isLeaving(unlisted) && !isOurs(unlisted, owner, desired)) {
      throw tagsLost(account, owner, desired, unlisted);
    }
    const found = unlisted ?? alive.find(isExpected) ?? alive[0];
    return found && actual(found);
  },
  async byId(account, id) {
    const found = await instanceById(account, id);
    return found && actual(found);
  },
  async owned(account, owner) {
    return (await describe(account, ownerFilters(owner))).filter((each) => !isTerminated(each)).map(actual);
  },
  compare({ details }, desired) {
    if (details.revision !== revisionOf(desired)) return ['launch settings (it is replaced)'];
    return details.stopped ? ['stopped'] : [];
  },
  create: launch,
  async update(account, desired, { id, details }, owner) {
    if (details.stopped) {
      await account.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
      return;
    }
    if (details.revision === '') throw tagsLost(account, owner, desired, { InstanceId: id });
    await rehearseLaunch(account, desired, { ...tagsOf(owner, desired), ...owner.tags }, owner);
    await account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  },
  async remove(account, { id }) {
    await orGone(account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  },
  tag: tagEc2,
});

async function launch(
  account: Account,
  desired: InstanceDesired,
  tags: Tags,
  owner: Owner,
): Promise<Actual<Details>> {
  const earlier = await describe(account, ownerFilters(owner, desired.object));
  refuseToLoop(earlier);
  const predecessor = earlier.at(-1)?.InstanceId ?? desired.expectedId;
  const sent = { ...tags, [REVISION_TAG]: revisionOf(desired) };
  const launched = await launchInstance(account, desired, sent, owner, predecessor);
  // The token has named one that was launched long ago, and that isn't found by its tags.
  const isOld = account.clock.now() - (launched.LaunchTime?.getTime() ?? account.clock.now()) > YOUNG;
  if (isOld) throw tagsLost(account, owner, desired, launched);
  return actual({ ...launched, Tags: tagList(sent) });
}

/** An instance that dies soon after its launch says why; launching in a loop would only cost. */
function refuseToLoop(earlier: readonly Instance[]): void {
  const deaths = earlier.filter(
    ({ StateReason, ...each }) =>
      isTerminated(each) &&
      StateReason?.Code !== undefined &&
      StateReason.Code !== 'Client.UserInitiatedShutdown',
  );
  if (deaths.length < EARLY_DEATHS) return;
  const { InstanceId, StateReason } = deaths.at(-1) ?? {};
  throw new BackoffError(
    'HostDies',
    `${deaths.length} instances ended by themselves within the last hour, ${InstanceId} with ${StateReason?.Code}: ${StateReason?.Message ?? ''}; see to the cause (often a limit of the account or a KMS key), the next one is launched when AWS forgets these`,
  );
}
