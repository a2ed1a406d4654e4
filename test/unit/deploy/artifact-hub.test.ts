import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { webhookPipelineSpec } from '../../../src/api/v1alpha1.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const chart = parse(read('deploy/helm/nami-operator/Chart.yaml'));
const definition = parse(read('crds/nami.dev_webhookpipelines.yaml'));
const note = (name: string) => chart.annotations[`artifacthub.io/${name}`];

// Artifact Hub: "Supported Helm chart annotations" (annotations.md).

test('Artifact Hub is told what the chart installs', () => {
  const { names, versions } = definition.spec;
  expect(parse(note('crds'))).toEqual([
    {
      kind: names.kind,
      version: versions.at(-1).name,
      name: definition.metadata.name,
      displayName: expect.any(String),
      description: expect.any(String),
    },
  ]);
});

test('its example is a pipeline, the one of examples/', () => {
  const [example, ...more] = parse(note('crdsExamples'));
  expect(more).toEqual([]);
  expect(webhookPipelineSpec.safeParse(example.spec).success).toBe(true);
  expect(example).toEqual(parse(read('examples/github.yaml')));
});

test('the rest of what it shows is what it takes', () => {
  expect(note('license')).toBe(JSON.parse(read('package.json')).license);
  expect(note('operator')).toBe('true');
  // Values that it knows.
  expect(note('category')).toMatch(
    /^(ai-machine-learning|database|integration-delivery|monitoring-logging|networking|security|storage|streaming-messaging)$/,
  );
  expect(note('operatorCapabilities')).toMatch(
    /^(Basic Install|Seamless Upgrades|Full Lifecycle|Deep Insights|Auto Pilot)$/i,
  );
});
