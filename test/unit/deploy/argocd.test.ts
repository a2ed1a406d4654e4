import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LuaFactory } from 'wasmoon';
import { parse } from 'yaml';
import { GROUP, KIND } from '../../../src/api/v1alpha1.ts';
import { type Moment, type MomentName, momentsOfALife } from '../../simulation/moments.ts';

/** What Argo CD says of a pipeline at each moment of its life. */
const EXPECTED: Readonly<Record<MomentName, readonly [status: string, message: RegExp]>> = {
  'just applied': ['Progressing', /^the operator has not looked at this spec yet$/],
  'being built': ['Progressing', /^Progressing: /],
  ready: ['Healthy', /^Ready: deliveries are accepted and stored/],
  'changed and not seen yet': ['Progressing', /^the operator has not looked at this spec yet$/],
  'asked for what is not granted': ['Degraded', /^NotAllowed: .*provisionedConcurrency of 101/],
  'with a store that is away': ['Degraded', /^StoreUnreachable: the queue is not read/],
  suspended: ['Suspended', /^Suspended: spec\.suspend is true/],
  'deleted with events left': ['Degraded', /^DeadLettersLeft: /],
};

const { data } = parse(readFileSync('deploy/gitops/argocd-cm.yaml', 'utf8'));
const script: string = data[`resource.customizations.health.${GROUP}_${KIND}`];

describe('Argo CD’s health of a pipeline', async () => {
  const lua = await new LuaFactory().createEngine();
  let moments: readonly Moment[];
  beforeAll(async () => {
    moments = await momentsOfALife();
  }, 60_000);
  afterAll(() => lua.global.close());

  /** As Argo CD calls it: `obj` is the object, the script's value the health. */
  async function healthOf(obj: object): Promise<unknown> {
    lua.global.set('obj', JSON.parse(JSON.stringify(obj)));
    return await lua.doString(script);
  }

  test.each(Object.entries(EXPECTED))('%s', async (name, [status, message]) => {
    const moment = moments.find((each) => each.name === name);
    expect(await healthOf(moment?.pipeline ?? {})).toEqual({
      status,
      message: expect.stringMatching(message),
    });
  });

  test('without any status is that it is on its way', async () => {
    const applied = { metadata: { generation: 1 } };
    for (const status of [
      undefined,
      {},
      { observedGeneration: 1 },
      { observedGeneration: 1, conditions: [] },
    ])
      expect(await healthOf({ ...applied, status })).toMatchObject({ status: 'Progressing' });
  });
});
