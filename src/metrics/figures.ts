import { QUEUE_LABELS } from './observers.ts';
import type { SetFigure } from './registry.ts';

/** How the work goes, as the controller says it. */
export interface WorkFigures {
  readonly workers: number;
  readonly running: Readonly<Record<string, number>>;
  readonly depth: number;
  readonly added: number;
  readonly retried: number;
  readonly unfinishedSeconds: number;
  readonly longestRunningSeconds: number;
}

export function setWork(set: SetFigure, work: WorkFigures): void {
  set('workqueue_depth', QUEUE_LABELS, work.depth);
  set('workqueue_adds_total', QUEUE_LABELS, work.added);
  set('workqueue_retries_total', QUEUE_LABELS, work.retried);
  set('workqueue_unfinished_work_seconds', QUEUE_LABELS, work.unfinishedSeconds);
  set('workqueue_longest_running_processor_seconds', QUEUE_LABELS, work.longestRunningSeconds);
  for (const [controller, count] of Object.entries(work.running)) {
    set('controller_runtime_active_workers', { controller }, count);
    set('controller_runtime_max_concurrent_reconciles', { controller }, work.workers);
  }
}

/** What is known of one pipeline. */
export interface PipelineFigures {
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  readonly queue?: { readonly depth: number; readonly deadLetters: number } | undefined;
  readonly documents?: number | undefined;
  readonly disk?: { readonly totalBytes: number; readonly usedBytes: number } | undefined;
}

export function setPipelines(set: SetFigure, pipelines: readonly PipelineFigures[]): void {
  const counts = new Map<string, number>();
  for (const { conditions } of pipelines) {
    for (const { type, status, reason } of conditions) {
      const key = JSON.stringify([type, status, reason]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  for (const [key, count] of counts) {
    const [condition = '', status = '', reason = ''] = JSON.parse(key) as string[];
    set('nami_pipelines', { condition, status, reason }, count);
  }
  for (const pipeline of pipelines) setPipeline(set, pipeline);
}

function setPipeline(set: SetFigure, { namespace, name, conditions, ...known }: PipelineFigures): void {
  const labels = { namespace, name };
  const is = (type: string) => conditions.find((condition) => condition.type === type)?.status;
  set('nami_pipeline_ready', labels, is('Ready') === 'True' ? 1 : 0);
  const healthy = is('Healthy');
  if (healthy === 'True' || healthy === 'False')
    set('nami_pipeline_healthy', labels, healthy === 'True' ? 1 : 0);
  const { queue, documents, disk } = known;
  if (queue) {
    set('nami_pipeline_queue_messages', labels, queue.depth);
    set('nami_pipeline_dead_letter_messages', labels, queue.deadLetters);
  }
  if (documents !== undefined) set('nami_pipeline_store_documents', labels, documents);
  if (disk) {
    set('nami_pipeline_store_volume_used_bytes', labels, disk.usedBytes);
    set('nami_pipeline_store_volume_size_bytes', labels, disk.totalBytes);
  }
}

/** What is in AWS without a pipeline, in one region. */
export interface OrphanFigures {
  readonly region: string;
  readonly orphans: readonly { readonly kind: string }[];
}

export function setOrphans(set: SetFigure, regions: readonly OrphanFigures[]): void {
  for (const { region, orphans } of regions) {
    for (const [kind, all] of Map.groupBy(orphans, (orphan) => orphan.kind))
      set('nami_objects_without_pipeline', { region, kind }, all.length);
  }
}

/** The operator's process itself. `startedAt`: seconds since the epoch. */
export function setProcess(set: SetFigure, startedAt: number): void {
  const { user, system } = process.cpuUsage();
  set('process_cpu_seconds_total', {}, (user + system) / 1e6);
  const { rss, heapUsed } = process.memoryUsage();
  set('process_resident_memory_bytes', {}, rss);
  set('nodejs_heap_size_used_bytes', {}, heapUsed);
  set('process_start_time_seconds', {}, startedAt);
}
