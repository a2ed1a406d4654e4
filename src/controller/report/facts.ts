import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Condition } from '../../kubernetes/status.ts';
import type { Memory } from '../pipeline/memory.ts';
import { reachableStore } from '../pipeline/store-belief.ts';

/** What is known of a pipeline, for figures: as its status says it, and as it was seen last. */
export interface PipelineFacts {
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason'>[];
  readonly queue?: { readonly depth: number; readonly deadLetters: number } | undefined;
  /** Events in a store that answered last time, as it estimates them. */
  readonly documents?: number | undefined;
  /** Of the host of a managed one, likewise. */
  readonly disk?: { readonly totalBytes: number; readonly usedBytes: number } | undefined;
}

export function pipelineFacts(
  { metadata, status }: WebhookPipeline,
  memory: Pick<Memory, 'queue' | 'store'> | undefined,
): PipelineFacts {
  const { namespace, name } = metadata;
  const store = reachableStore(memory?.store.view);
  return {
    namespace,
    name,
    conditions: status?.conditions ?? [],
    queue: memory?.queue ?? status?.queue,
    documents: store?.documents,
    disk: store?.disk,
  };
}
