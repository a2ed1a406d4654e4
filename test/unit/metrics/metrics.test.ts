import { describe, expect, test } from 'vitest';
import { type PipelineFigures, setPipelines, setProcess, setWork } from '../../../src/metrics/figures.ts';
import { observers } from '../../../src/metrics/observers.ts';
import { Metrics } from '../../../src/metrics/registry.ts';

/** The samples of a metric, as "{labels} value". */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => new RegExp(`^${name}[{ ]`).test(line)).map((line) => line.slice(name.length));
}

const condition = (type: string, status: string, reason: string) => ({ type, status, reason });
const orders: PipelineFigures = {
  namespace: 'shop',
  name: 'orders',
  conditions: [condition('Ready', 'True', 'Ready'), condition('Healthy', 'False', 'DeadLetters')],
  queue: { depth: 7, deadLetters: 2 },
  documents: 120,
  disk: { totalBytes: 8e9, usedBytes: 1e9 },
};
const invoices: PipelineFigures = {
  namespace: 'shop',
  name: 'invoices',
  conditions: [condition('Ready', 'True', 'Ready'), condition('Healthy', 'Unknown', 'NotProbed')],
};

describe('what is read at a scrape', () => {
  test('tells pipelines by condition, and each by what is known of it', async () => {
    const metrics = new Metrics();
    metrics.read((set) => setPipelines(set, [orders, invoices]));
    expect(await samples(metrics, 'nami_pipelines')).toEqual([
      '{condition="Ready",status="True",reason="Ready"} 2',
      '{condition="Healthy",status="False",reason="DeadLetters"} 1',
      '{condition="Healthy",status="Unknown",reason="NotProbed"} 1',
    ]);
    expect(await samples(metrics, 'nami_pipeline_ready')).toEqual([
      '{namespace="shop",name="orders"} 1',
      '{namespace="shop",name="invoices"} 1',
    ]);
    expect(await samples(metrics, 'nami_pipeline_healthy')).toEqual(['{namespace="shop",name="orders"} 0']);
    expect(await samples(metrics, 'nami_pipeline_queue_messages')).toEqual([
      '{namespace="shop",name="orders"} 7',
    ]);
    expect(await samples(metrics, 'nami_pipeline_dead_letter_messages')).toEqual([
      '{namespace="shop",name="orders"} 2',
    ]);
    expect(await samples(metrics, 'nami_pipeline_store_documents')).toHaveLength(1);
    expect(await samples(metrics, 'nami_pipeline_store_volume_used_bytes')).toHaveLength(1);
  });

  test('tells nothing more of a pipeline that is gone, nor of a reason that none has any more', async () => {
    const metrics = new Metrics();
    let pipelines = [orders, invoices];
    metrics.read((set) => setPipelines(set, pipelines));
    expect(await metrics.text()).toContain('orders');
    pipelines = [invoices];
    const text = await metrics.text();
    expect(text).not.toContain('orders');
    expect(text).not.toContain('DeadLetters');
    expect(text).toContain('invoices');
  });

  test('is not added up from scrape to scrape', async () => {
    const metrics = new Metrics();
    const work = {
      workers: 4,
      running: { pipeline: 2, region: 1 },
      depth: 3,
      added: 40,
      retried: 5,
      unfinishedSeconds: 9,
      longestRunningSeconds: 6,
    };
    metrics.read((set) => setWork(set, work));
    metrics.read((set) => setProcess(set, 1_767_225_600));
    await metrics.text();
    expect(await samples(metrics, 'workqueue_adds_total')).toEqual(['{name="nami",controller="nami"} 40']);
    expect(await samples(metrics, 'workqueue_retries_total')).toEqual(['{name="nami",controller="nami"} 5']);
    expect(await samples(metrics, 'controller_runtime_active_workers')).toEqual([
      '{controller="pipeline"} 2',
      '{controller="region"} 1',
    ]);
    expect(await samples(metrics, 'process_start_time_seconds')).toEqual([' 1767225600']);
    expect(Number((await samples(metrics, 'process_resident_memory_bytes'))[0])).toBeGreaterThan(1e7);
  });
});

describe('what is counted as it happens', () => {
  test('are the calls to AWS and Kubernetes, and the looks', async () => {
    const metrics = new Metrics();
    const { onExchange, onWait, onRequest, onReconcile, onRun, onDrift } = observers(metrics);
    const call = { service: 'lambda', operation: 'GetFunction', seconds: 0.2 };
    onExchange({ ...call, code: 'OK', throttled: false });
    onExchange({ ...call, code: 'TooManyRequestsException', throttled: true });
    onWait('lambda', 3);
    onRequest({ host: 'k:6443', method: 'GET', status: 200, seconds: 0.1 });
    onRequest({ host: 'k:6443', method: 'GET', status: undefined, seconds: 30 });
    onReconcile({ controller: 'pipeline', result: 'success', seconds: 2 });
    onReconcile({ controller: 'pipeline', result: 'error', seconds: 2 });
    onRun({ key: 'pipeline/a/b', waitedSeconds: -0.001, tookSeconds: 2, threw: false });
    onDrift('Queue');
    const lambda = 'service="lambda",operation="GetFunction"';
    expect(await samples(metrics, 'nami_aws_requests_total')).toEqual([
      `{${lambda},code="OK"} 1`,
      `{${lambda},code="TooManyRequestsException"} 1`,
    ]);
    expect(await samples(metrics, 'nami_aws_throttled_requests_total')).toEqual([`{${lambda}} 1`]);
    expect(await samples(metrics, 'nami_aws_request_duration_seconds_count')).toEqual([`{${lambda}} 2`]);
    expect(await samples(metrics, 'nami_aws_pace_wait_seconds_sum')).toEqual(['{service="lambda"} 3']);
    expect(await samples(metrics, 'rest_client_requests_total')).toEqual([
      '{code="200",method="GET",host="k:6443"} 1',
      '{code="<error>",method="GET",host="k:6443"} 1',
    ]);
    expect(await samples(metrics, 'controller_runtime_reconcile_total')).toEqual([
      '{controller="pipeline",result="success"} 1',
      '{controller="pipeline",result="error"} 1',
    ]);
    expect(await samples(metrics, 'controller_runtime_reconcile_errors_total')).toHaveLength(1);
    expect(await samples(metrics, 'workqueue_queue_duration_seconds_sum')).toEqual([
      '{name="nami",controller="nami"} 0',
    ]);
    expect(await samples(metrics, 'nami_drift_total')).toEqual(['{kind="Queue"} 1']);
  });
});

test('every metric has its HELP and TYPE, also where nothing has happened yet', async () => {
  const text = await new Metrics().text();
  const helped = text.match(/^# HELP \S+ \S/gm)?.length;
  expect(helped).toBeGreaterThan(30);
  expect(text.match(/^# TYPE \S+ (counter|gauge|histogram)$/gm)?.length).toBe(helped);
});
