import { expect, test } from 'vitest';
import { readPromQL } from './promql.ts';

test.each([
  ['sum by (servce) (nami_aws_requests_total)', /nami_aws_requests_total has no label servce/],
  ['nami_pipeline_ready{region="x"}', /nami_pipeline_ready has no label region/],
  ['rate(nami_aws_request_total[5m])', /no metric nami_aws_request_total/],
  ['rate(nami_aws_request_duration_seconds[5m])', /no metric nami_aws_request_duration_seconds/],
  ['sum by (le) (nami_aws_request_duration_seconds_sum)', /has no label le/],
  ['sum by (kind) (nami_drift_total) / sum by (kind) (nami_pipelines)', /nami_pipelines has no label kind/],
  ['nami_drift_total / on (service) nami_drift_total', /nami_drift_total has no label service/],
  ['{job="nami-operator"}', /no metric ""/],
  ['sum by (kind (nami_drift_total)', /no PromQL/],
  ['nami_drift_total >', /no PromQL/],
])('%s is told to be wrong', (expression, words) => {
  expect(readPromQL(expression).wrong.join('\n')).toMatch(words);
});

test('an expression over what the operator tells is right, and says what labels its answer can have', () => {
  const expression =
    'histogram_quantile(0.9, sum by (le, service) (rate(nami_aws_pace_wait_seconds_bucket{job="nami-operator", service!~"s3|ssm"}[5m])))';
  const { wrong, labels, matchers } = readPromQL(expression);
  expect(wrong).toEqual([]);
  expect([...labels]).toEqual(['le', 'service']);
  expect(matchers).toEqual([
    { metric: 'nami_aws_pace_wait_seconds_bucket', label: 'job', value: 'nami-operator' },
    { metric: 'nami_aws_pace_wait_seconds_bucket', label: 'service', value: 's3|ssm' },
  ]);
});
