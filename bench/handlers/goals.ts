import type { PostQueueResult } from './post-queue.ts';
import type { PreQueueResult } from './pre-queue.ts';

/** A figure beside what it is to be: at most, or at least, so much. */
export interface Goal {
  readonly figure: string;
  readonly measured: number;
  readonly unit: 'ms' | 'x';
  readonly isMost: boolean;
  readonly wanted: number;
}

/** What the functions are to cost, under the quota of a function of 256 MB. */
export function goalsOf(
  ours: Pick<PreQueueResult, 'cpuMilliseconds'>,
  sqsClient: Pick<PreQueueResult, 'cpuMilliseconds'>,
  postQueue: Pick<PostQueueResult, 'cpuMilliseconds'>,
): readonly Goal[] {
  return [
    {
      figure: 'pre-queue, CPU a request',
      measured: ours.cpuMilliseconds,
      unit: 'ms',
      isMost: true,
      wanted: 0.65,
    },
    {
      figure: "pre-queue, the SDK's CPU by ours",
      measured: sqsClient.cpuMilliseconds / ours.cpuMilliseconds,
      unit: 'x',
      isMost: false,
      wanted: 1.8,
    },
    {
      figure: 'post-queue, CPU an event in batches of ten',
      measured: postQueue.cpuMilliseconds,
      unit: 'ms',
      isMost: true,
      wanted: 0.2,
    },
  ];
}

/** As cells of a table; what is met is met as it was measured, not as it is rounded. */
export function goalCells({ figure, measured, unit, isMost, wanted }: Goal): readonly string[] {
  const isMet = isMost ? measured <= wanted : measured >= wanted;
  return [
    figure,
    `${measured.toFixed(2)} ${unit}`,
    `${isMost ? 'at most' : 'at least'} ${wanted.toFixed(2)} ${unit}`,
    isMet ? 'met' : 'missed',
  ];
}
