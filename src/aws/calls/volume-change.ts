import { DescribeVolumesModificationsCommand, type VolumeModification } from '@aws-sdk/client-ec2';
import { fromRfc3339, rfc3339 } from '../../clock.ts';
import type { Account } from '../account/account.ts';
import { orAbsent, RequeueAfter } from '../account/errors.ts';

/** Hours within which AWS takes four changes of a volume. (Amazon EC2 API: ModifyVolume.) */
const WINDOW_HOURS = 24;
const HOUR = 3_600_000;
/** Seconds until the volume is looked at again; what is only `modifying` is over within seconds. */
const LOOK = 60;
const LOOK_SOON = 5;

/**
 * The wait that AWS's refusal of a further change of a volume means, with its end in words: one change at a time, and four
 * within a day; six hours between two of them by AWS's earlier rule.
 */
export async function waitForNextChange(
  account: Account,
  id: string,
  refusal: unknown,
): Promise<RequeueAfter> {
  const answer = await orAbsent(
    account.ec2.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] })),
  );
  const last = answer?.VolumesModifications?.find(({ VolumeId }) => VolumeId === id);
  const seconds = last?.ModificationState === 'modifying' ? LOOK_SOON : LOOK;
  return new RequeueAfter(seconds, wordsFor(id, last, messageOf(refusal)), { cause: refusal });
}

function wordsFor(id: string, last: VolumeModification | undefined, message: string): string {
  const { ModificationState: state, Progress: percent = 0, StartTime: begun } = last ?? {};
  if (state === 'modifying' || state === 'optimizing')
    return `AWS takes the next change of ${id} when its last one has ended: ${state}, ${percent}% done`;
  const end = endIn(message, begun?.getTime());
  return end === undefined
    ? `AWS takes no further change of ${id} for now: ${message}`
    : `AWS takes the next change of ${id} from ${minuteOf(end)} on`;
}

/** AWS says when, or for how long; else a day after the last of the four is late enough. */
function endIn(message: string, begun: number | undefined): number | undefined {
  const told = fromRfc3339(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(message)?.[0] ?? '');
  if (!Number.isNaN(told)) return told;
  const hours = Number(/(\d+) hours/.exec(message)?.[1] ?? WINDOW_HOURS);
  return begun === undefined ? undefined : begun + hours * HOUR;
}

/** Whether such a wait is over within seconds, so that nothing needs to be remembered of it. */
export const isShort = (wait: unknown): boolean => wait instanceof RequeueAfter && wait.seconds < LOOK;

const minuteOf = (milliseconds: number): string =>
  `${rfc3339(milliseconds).slice(0, -':00Z'.length).replace('T', ' ')} UTC`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
