/** Every metric of the operator, once. Those of controller-runtime and client-go bear their names and labels. */

export interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
  /** A counter that is read from what counts anyway, at each scrape. */
  readonly isRead?: true;
}

/** Of what waits for the network: a moment to a timeout. */
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Of what waits for its turn, or is made of many calls. */
const WORK_SECONDS = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900];

const QUEUE = ['name', 'controller'] as const;
const PIPELINE = ['namespace', 'name'] as const;

export const METRICS = {
  workqueue_depth: { type: 'gauge', help: 'Keys that wait for a worker.', labels: QUEUE },
  workqueue_adds_total: {
    type: 'counter',
    help: 'Requests to look at a key, repeated ones too.',
    labels: QUEUE,
    isRead: true,
  },
  workqueue_retries_total: {
    type: 'counter',
    help: 'Requests to look at a key again because its look failed.',
    labels: QUEUE,
    isRead: true,
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    help: 'How long keys waited for a worker.',
    labels: QUEUE,
    buckets: WORK_SECONDS,
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    help: 'How long workers took for a key.',
    labels: QUEUE,
    buckets: WORK_SECONDS,
  },
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    help: 'For how long all keys that are being handled have been so, together.',
    labels: QUEUE,
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    help: 'For how long the key has been handled that is handled for longest.',
    labels: QUEUE,
  },
  controller_runtime_reconcile_total: {
    type: 'counter',
    help: 'Looks at pipelines and at what the pipelines of a region share, by what came of them.',
    labels: ['controller', 'result'],
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    help: 'Looks that failed and are tried again with growing pauses.',
    labels: ['controller'],
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    help: 'How long looks took.',
    labels: ['controller'],
    buckets: WORK_SECONDS,
  },
  controller_runtime_active_workers: {
    type: 'gauge',
    help: 'Workers that are at a look.',
    labels: ['controller'],
  },
  controller_runtime_max_concurrent_reconciles: {
    type: 'gauge',
    help: 'Workers that there are, for all controllers together.',
    labels: ['controller'],
  },
  leader_election_master_status: {
    type: 'gauge',
    help: '1 where this operator leads, 0 where it stands by.',
    labels: ['name'],
  },
  rest_client_requests_total: {
    type: 'counter',
    help: 'Requests to the Kubernetes API server, by HTTP status; <error> where there was no answer.',
    labels: ['code', 'method', 'host'],
  },
  rest_client_request_duration_seconds: {
    type: 'histogram',
    help: 'How long the Kubernetes API server took until its answer began.',
    labels: ['verb', 'host'],
    buckets: CALL_SECONDS,
  },
  nami_aws_requests_total: {
    type: 'counter',
    help: 'Requests to AWS, repetitions by the SDK too, by the code of the error; OK where there was none, Other where the operator does not know it.',
    labels: ['service', 'operation', 'code'],
  },
  nami_aws_request_duration_seconds: {
    type: 'histogram',
    help: 'How long AWS took to answer.',
    labels: ['service', 'operation'],
    buckets: CALL_SECONDS,
  },
  nami_aws_throttled_requests_total: {
    type: 'counter',
    help: 'Requests that AWS refused because they were too many.',
    labels: ['service', 'operation'],
  },
  nami_aws_pace_wait_seconds: {
    type: 'histogram',
    help: "How long the operator itself kept calls back, to stay within its share of AWS's rates.",
    labels: ['service'],
    buckets: WORK_SECONDS,
  },
  nami_drift_total: {
    type: 'counter',
    help: 'Objects in AWS that a look found changed or gone although the same was wanted as before, and put right.',
    labels: ['kind'],
  },
  nami_objects_without_pipeline: {
    type: 'gauge',
    help: "Objects in AWS that carry this cluster's tags and belong to no pipeline that there is; absent where there are none.",
    labels: ['region', 'kind'],
  },
  nami_events_dropped_total: {
    type: 'counter',
    help: 'Kubernetes Events that were not written because too much was told of one object.',
    labels: [],
    isRead: true,
  },
  nami_pipelines: {
    type: 'gauge',
    help: 'Pipelines by condition, its status and its reason.',
    labels: ['condition', 'status', 'reason'],
  },
  nami_pipeline_ready: {
    type: 'gauge',
    help: '1 where the pipeline accepts and stores deliveries, else 0.',
    labels: PIPELINE,
  },
  nami_pipeline_healthy: {
    type: 'gauge',
    help: '1 where the pipeline fares well, 0 where it does not; absent where that is not known.',
    labels: PIPELINE,
  },
  nami_pipeline_queue_messages: {
    type: 'gauge',
    help: 'Events that wait in the queue, as they were counted last.',
    labels: PIPELINE,
  },
  nami_pipeline_dead_letter_messages: {
    type: 'gauge',
    help: 'Events that could not be stored and wait in the dead-letter queue, as they were counted last.',
    labels: PIPELINE,
  },
  nami_pipeline_store_documents: {
    type: 'gauge',
    help: 'Events in the store, as it estimated them last.',
    labels: PIPELINE,
  },
  nami_pipeline_store_volume_used_bytes: {
    type: 'gauge',
    help: 'Bytes in use on the volume of a managed store, as it said last.',
    labels: PIPELINE,
  },
  nami_pipeline_store_volume_size_bytes: {
    type: 'gauge',
    help: 'Size of the volume of a managed store, as it said last.',
    labels: PIPELINE,
  },
  process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time that the operator has used.',
    labels: [],
    isRead: true,
  },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory of the operator.', labels: [] },
  process_start_time_seconds: {
    type: 'gauge',
    help: 'When the operator started, since the Unix epoch.',
    labels: [],
  },
  nodejs_heap_size_used_bytes: { type: 'gauge', help: 'Memory that JavaScript objects take.', labels: [] },
} as const satisfies Record<string, Definition>;

type Table = typeof METRICS;

export type MetricName = keyof Table;
/** The metrics of one type. */
export type NamesOf<Type extends Definition['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never;
}[MetricName];
/** The labels of a metric, each with its value. */
export type LabelsOf<Name extends MetricName> = Readonly<Record<Table[Name]['labels'][number], string>>;
