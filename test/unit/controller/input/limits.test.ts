import { describe, expect, test } from 'vitest';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import type { Config } from '../../../../src/config.ts';
import { checkLimits } from '../../../../src/controller/input/limits.ts';
import type { SpecInput } from '../../api/specs.ts';
import { CONFIG } from '../pipelines.ts';
import { GRANTED, REFUSED } from './limit-cases.ts';

const check = (spec: SpecInput, allowed: Partial<Config['allowed']> = {}) =>
  checkLimits(webhookPipelineSpec.parse(spec), 'shop', { ...CONFIG.allowed, ...allowed });

describe('the operator’s settings', () => {
  test('grant the defaults', () => {
    expect(() => check({})).not.toThrow();
  });

  test.each(GRANTED)('grant %s', (_, spec, allowed) => {
    expect(() => check(spec, allowed)).not.toThrow();
  });

  test.each(REFUSED)('refuse %s, with what to do instead', (_, spec, allowed, words) => {
    expect(() => check(spec, allowed)).toThrow(
      expect.objectContaining({ reason: 'NotAllowed', message: expect.stringMatching(words) }),
    );
  });

  test('bound no host where there is none', () => {
    const external = { store: { external: { uriSecretRef: { name: 's', key: 'k' } } } };
    expect(() => check(external, { mongoImages: [], instanceTypes: ['none'] })).not.toThrow();
  });
});
