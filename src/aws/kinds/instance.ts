import {
  type Filter,
  type Instance,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Account } from '../account/account.ts';
import { BackoffError, orAbsent, orGone, TerminalError } from '../account/errors.ts';
import { type OwnedListing, survey } from '../account/survey.ts';
import { isBurstable, setCpuCredits } from '../calls/cpu-credits.ts';
import { describeInstances } from '../calls/instances.ts';
import { type Launch, launchInstance, rehearseLaunch } from '../calls/launch.ts';
import {
  askedAnew,
  creditsAskedAnew,
  isOutdated,
  launchNote,
  speaksTls,
  withCredits,
} from '../calls/launch-note.ts';
import { requireKnownRole } from '../calls/new-role.ts';
import { storeUriOfFunction } from '../calls/store-uri.ts';
import { type Actual, leaving, pending, READY, type State } from '../object/actual.ts';
import { defineKind } from '../object/kind.ts';
import { carries, type Owner, ownerKey, TAGS, type Tags } from '../object/owner.ts';
import { clusterFilters, ownerFilters, tagCommand, tagEc2, untagEc2 } from '../wire/ec2-tags.ts';
import { tagList, tagRecord } from '../wire/tags.ts';

export interface InstanceDesired extends Launch {
  /** Which of its owner's instances: the tag `nami.dev/object`. */
  readonly object: string;
  /** The instance that it was so far; empty: none is known. */
  readonly expectedId: string;
  /** The instance that another is to take the place of, although it is as it is wanted; empty: none. */
  readonly replaceId: string;
  /** Post-queue function that speaks to it. */
  readonly functionName: string;
}

type Details = {
  /** What it was launched with; empty where nobody noted that. */
  readonly note: string;
  readonly burstable: boolean;
  readonly stopped: boolean;
};

/** What an instance was launched with. */
const LAUNCH_TAG = 'nami.dev/launch';

/** How a host differs. */
const STOPPED = 'stopped';
const CREDITS = 'cpuCredits';
const REPLACED = ' (it is replaced)';

/** Milliseconds after its launch for which an instance may be the one that was just asked for. */
const YOUNG = 600_000;

/** Instances that died by themselves before another is launched only after a backoff. */
const EARLY_DEATHS = 2;

function stateOf({ State }: Instance): State {
  switch (State?.Name) {
    case 'pending':
      return pending('is starting', 3);
    case 'stopping':
      return pending('is stopping', 2);
    case 'shutting-down':
      return leaving('is shutting down', 3);
    case 'running':
    case 'stopped':
      return READY;
    default:
      return pending('AWS does not say how it is', 1);
  }
}

/** How it is once its note is there, whenever AWS shows that: meanwhile it is not spoken to in another way. */
const noted = (found: Actual<Details>, note: string): Actual<Details> => ({
  ...found,
  tags: { ...found.tags, [LAUNCH_TAG]: note },
  outputs: { ...found.outputs, tls: String(speaksTls(note)) },
  details: { ...found.details, note },
});

const actual = (instance: Instance): Actual<Details> => {
  const tags = tagRecord(instance.Tags);
  const note = tags[LAUNCH_TAG] ?? '';
  return {
    id: instance.InstanceId ?? '',
    tags,
    state: stateOf(instance),
    outputs: {
      id: instance.InstanceId ?? '',
      privateIp: instance.PrivateIpAddress ?? '',
      tls: String(speaksTls(note)),
    },
    details: {
      note,
      burstable: isBurstable(instance.InstanceType ?? ''),
      stopped: instance.State?.Name === 'stopped',
    },
  };
};

async function describe(account: Account, filters: Filter[]): Promise<Instance[]> {
  const found = await describeInstances(account, { Filters: filters });
  const launch = ({ LaunchTime }: Instance) => LaunchTime?.getTime() ?? 0;
  return found.sort(
    (a, b) => launch(a) - launch(b) || (a.InstanceId ?? '').localeCompare(b.InstanceId ?? ''),
  );
}

/** What is found just before a launch tells of those that went before it, too. */
const seenName = ({ prefix }: Owner, { object }: InstanceDesired) => `instances ${object} of ${prefix}`;

async function instanceById(account: Account, id: string): Promise<Instance | undefined> {
  const found = await orAbsent(describeInstances(account, { InstanceIds: [id] }));
  return found?.find((each) => each.InstanceId === id && !isTerminated(each));
}

const isTerminated = ({ State }: Instance) => State?.Name === 'terminated';
const isLeaving = ({ State }: Instance) => State?.Name === 'shutting-down';

/** By these it is found. */
const tagsOf = ({ identity }: Owner, { object }: InstanceDesired): Tags => ({
  ...identity,
  [TAGS.object]: object,
});

/** Where nobody can tell that it is ours, a second host would take the volume from it. */
function tagsLost(account: Account, owner: Owner, desired: InstanceDesired, id: string): TerminalError {
  const tags = tagsOf(owner, desired);
  return new TerminalError(
    'HostTagsLost',
    `the host ${id} has lost its tags: put them back with: ${tagCommand(account, id, tags)}; or terminate it, and another takes its place`,
  );
}

function differencesOf(
  { id, details: { note, burstable, stopped } }: Actual<Details>,
  desired: InstanceDesired,
): string[] {
  if (stopped) return [STOPPED];
  if (note === '') return ['note of its launch'];
  const asked = askedAnew(note, desired);
  if (asked.length > 0) return [asked.join(', ') + REPLACED];
  if (desired.replaceId === id) return [`host${REPLACED}`];
  return burstable && creditsAskedAnew(note, desired) ? [CREDITS] : [];
}

const INSTANCES: OwnedListing<Instance> = {
  name: 'instances',
  async *load(account, owner) {
    yield* (await describe(account, clusterFilters(owner))).filter((each) => !isTerminated(each));
  },
  idOf: ({ InstanceId = '' }) => InstanceId,
  ownerOf: ({ Tags }) => ownerKey(tagRecord(Tags)),
  keyOf: ({ identity }) => ownerKey(identity),
};

/** The host: MongoDB in a container, on a volume that is attached to it. */
export const instance = defineKind<InstanceDesired, Details>({
  removal: 20,
  interrupts: (differences) => differences.some((each) => each === STOPPED || each.endsWith(REPLACED)),
  async find(account, desired, owner) {
    const { expectedId, object } = desired;
    const ours = await describe(account, ownerFilters(owner, object));
    account.inventory.note(seenName(owner, desired), 1, ours);
    const isExpected = ({ InstanceId }: Instance) => InstanceId === expectedId;
    // Terminated instances stay listed for an hour; one on its way out must be gone before the next comes.
    const alive = ours.filter((each) => !isTerminated(each));
    const unlisted =
      expectedId !== '' && !ours.some(isExpected) ? await instanceById(account, expectedId) : undefined;
    if (unlisted && !isLeaving(unlisted) && !carries(tagRecord(unlisted.Tags), tagsOf(owner, desired))) {
      throw tagsLost(account, owner, desired, expectedId);
    }
    const found = unlisted ?? alive.find(isExpected) ?? alive[0];
    return found && actual(found);
  },
  async glance(account, { expectedId }, owner) {
    const instances = await survey(account, owner, INSTANCES);
    const found = instances?.byId.get(expectedId);
    return instances && found && { actual: actual(found), at: instances.at };
  },
  async glanceIds(account, owner) {
    return (await survey(account, owner, INSTANCES))?.of(owner).flatMap(({ InstanceId }) => InstanceId ?? []);
  },
  async byId(account, id) {
    const found = await instanceById(account, id);
    return found && actual(found);
  },
  async owned(account, owner) {
    return (await describe(account, ownerFilters(owner))).filter((each) => !isTerminated(each)).map(actual);
  },
  compare: differencesOf,
  remark({ id, details: { note } }, desired) {
    if (!isOutdated(note, desired)) return undefined;
    return {
      reason: 'HostOutdated',
      message: `the host ${id} goes on as another version of the operator launched it${speaksTls(note) ? '' : ', without TLS'}: annotate the pipeline with nami.dev/replace-host=${id} to have it replaced when it suits; the queue keeps the events meanwhile`,
    };
  },
  create: launch,
  async update(account, desired, found, owner) {
    const {
      id,
      details: { note, stopped },
    } = found;
    if (stopped) {
      await account.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
      return undefined;
    }
    if (note === '') {
      // That it was asked for otherwise is not known, and no reason to end it; how it is spoken to, the function knows.
      const known = await storeUriOfFunction(account, desired.functionName);
      const tls = known?.tls === true && known.address === found.outputs.privateIp;
      const anew = launchNote({ ...desired, tls }, false);
      await tagEc2(account, { id }, { [LAUNCH_TAG]: anew });
      return noted(found, anew);
    }
    if (differencesOf(found, desired).includes(CREDITS)) {
      await setCpuCredits(account, id, desired.cpuCredits);
      await tagEc2(account, { id }, { [LAUNCH_TAG]: withCredits(note, desired) });
      return undefined;
    }
    await rehearseLaunch(account, desired, { ...tagsOf(owner, desired), ...owner.tags }, owner);
    await account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    return undefined;
  },
  async remove(account, { id }) {
    await orGone(account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
  },
  tag: tagEc2,
  untag: untagEc2,
});

async function launch(
  account: Account,
  desired: InstanceDesired,
  tags: Tags,
  owner: Owner,
): Promise<Actual<Details>> {
  requireKnownRole(account, desired.instanceProfileArn);
  const justSeen = await account.inventory.fresh<Instance>(seenName(owner, desired));
  const earlier = justSeen ?? (await describe(account, ownerFilters(owner, desired.object)));
  refuseToLoop(earlier);
  const predecessor = earlier.at(-1)?.InstanceId ?? desired.expectedId;
  const sent = { ...tags, [LAUNCH_TAG]: launchNote(desired) };
  const launched = await launchInstance(account, desired, sent, owner, predecessor);
  // The token has named one that was launched long ago, and that isn't found by its tags.
  const isOld = account.clock.now() - (launched.LaunchTime?.getTime() ?? account.clock.now()) > YOUNG;
  if (isOld) throw tagsLost(account, owner, desired, launched.InstanceId ?? '');
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
