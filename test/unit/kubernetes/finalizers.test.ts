import { describe, expect, test } from 'vitest';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { addFinalizer, removeFinalizer } from '../../../src/kubernetes/finalizers.ts';
import { FakeClock } from '../fake-clock.ts';
import { kettle, kettles } from './kettles.ts';
import { type Answer, ScriptedTransport } from './scripted-transport.ts';

const ours = 'nami.dev/pipeline';

function over(answer: Answer) {
  const transport = new ScriptedTransport(() => answer);
  return {
    client: new KubernetesClient({ transport, clock: new FakeClock() }),
    requests: transport.requests,
  };
}

function held(...finalizers: string[]) {
  return kettle('red', 3, { metadata: { ...kettle('red', 3).metadata, finalizers } });
}

describe('a finalizer', () => {
  test('is added and removed beside those of others, with the version it was decided on', async () => {
    const { client, requests } = over({ json: kettle('red', 4) });
    await addFinalizer(client, kettles, held('other'), ours);
    await removeFinalizer(client, kettles, held('other', ours), ours);
    expect(requests.map((request) => JSON.parse(request.body ?? ''))).toEqual([
      { metadata: { resourceVersion: '3', finalizers: ['other', ours] } },
      { metadata: { resourceVersion: '3', finalizers: ['other'] } },
    ]);
  });

  test('takes no call where it is so already', async () => {
    const { client, requests } = over({});
    expect(await addFinalizer(client, kettles, held(ours), ours)).toEqual({ kind: 'unchanged' });
    expect(await removeFinalizer(client, kettles, held(), ours)).toEqual({ kind: 'unchanged' });
    expect(requests).toEqual([]);
  });

  test('says when the object has changed or is gone, and throws on anything else', async () => {
    const answered = (status: number) => addFinalizer(over({ status }).client, kettles, held(), ours);
    expect(await answered(409)).toEqual({ kind: 'conflict' });
    expect(await answered(404)).toEqual({ kind: 'gone' });
    await expect(answered(403)).rejects.toMatchObject({ status: 403 });
  });

  test('is not written without a version', async () => {
    const { client } = over({});
    const object = held();
    delete object.metadata.resourceVersion;
    await expect(addFinalizer(client, kettles, object, ours)).rejects.toThrow('has no resourceVersion');
  });
});
