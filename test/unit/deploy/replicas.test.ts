import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { helm, one, type Rendered, render, type Values } from './helm.ts';

describe.skipIf(helm === '')('two replicas', () => {
  const labels = { 'app.kubernetes.io/name': 'nami-operator', 'app.kubernetes.io/instance': 'nami' };
  const two = (values: Values = {}) => render({ replicas: 2, ...values });
  const specOf = (objects: readonly Rendered[]) => one(objects, 'Deployment').spec;

  test('take over from one another, by the Lease that both hold for theirs', () => {
    const { replicas, strategy, selector, template: pod } = specOf(two());
    expect([replicas, strategy, selector]).toEqual([2, { type: 'RollingUpdate' }, { matchLabels: labels }]);
    const env = Object.fromEntries(
      pod.spec.containers[0].env.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    const { leaderElection } = readConfig(env);
    expect(leaderElection).toMatchObject({ enabled: true, leaseName: 'nami-nami-operator' });
  });

  test('are drained one after another, and one that can’t get ready at once', () => {
    expect(one(two(), 'PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: labels },
    });
    const budget = { enabled: true, maxUnavailable: '50%' };
    expect(one(two({ podDisruptionBudget: budget }), 'PodDisruptionBudget').spec.maxUnavailable).toBe('50%');
    const none = two({ podDisruptionBudget: { enabled: false } }).map(({ kind }) => kind);
    expect(none).not.toContain('PodDisruptionBudget');
  });

  test('keep away from each other’s nodes where there are others, unless an affinity is given', () => {
    expect(specOf(two()).template.spec.affinity).toEqual({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              topologyKey: 'kubernetes.io/hostname',
              labelSelector: { matchLabels: labels },
              matchLabelKeys: ['pod-template-hash'],
            },
          },
        ],
      },
    });
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } };
    expect(specOf(two({ affinity })).template.spec.affinity).toEqual(affinity);
  });

  test('spread as they are told, counted by their own labels unless others are given', () => {
    const spread = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
    };
    const other = { ...spread, labelSelector: { matchLabels: { app: 'other' } } };
    const pod = specOf(two({ topologySpreadConstraints: [spread, other] })).template;
    expect(pod.spec.topologySpreadConstraints).toEqual([
      { ...spread, labelSelector: { matchLabels: labels } },
      { ...spread, labelSelector: { matchLabels: { app: 'other' } } },
    ]);
    expect(pod.metadata.labels).toMatchObject(labels);
  });

  test('need no more than one needs: one alone has neither budget nor rule, and ends before its successor', () => {
    const alone = render({ replicas: 1 });
    expect(alone.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
    const { strategy, template: pod } = specOf(alone);
    expect([strategy, pod.spec.affinity]).toEqual([{ type: 'Recreate' }, undefined]);
  });
});
