import { describe, expect, test } from 'vitest';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { type EventNote, EventRecorder } from '../../../src/kubernetes/events.ts';
import { FakeClock } from '../fake-clock.ts';
import { kettle, RecordingLogger } from './kettles.ts';
import { type Answer, ScriptedTransport } from './scripted-transport.ts';

const minute = 60_000;
const red = kettle('red', 3);

function note(more: Partial<EventNote> = {}): EventNote {
  return { type: 'Normal', reason: 'Boiled', action: 'Boil', message: 'it is hot', ...more };
}

function recorderOver(script: (index: number) => Answer | Error = () => ({ status: 201, json: {} })) {
  const clock = new FakeClock({ start: Date.UTC(2026, 0, 1, 0, 0, 0, 7) });
  const logger = new RecordingLogger();
  const transport = new ScriptedTransport((_, index) => script(index));
  const client = new KubernetesClient({ transport, clock });
  const recorder = new EventRecorder({
    client,
    clock,
    logger,
    controller: 'nami.dev/operator',
    instance: 'nami-0',
  });
  const sent = () =>
    transport.requests.map((request) => ({ method: request.method, ...JSON.parse(request.body ?? '') }));
  return { clock, logger, recorder, transport, sent };
}

describe('the event recorder', () => {
  test('makes an event of events.k8s.io/v1 about the object, in its namespace', async () => {
    const { recorder, transport, sent } = recorderOver();
    recorder.record(red, note());
    await recorder.flush();
    expect(transport.requests[0]?.path).toBe('/apis/events.k8s.io/v1/namespaces/kitchen/events');
    expect(sent()).toEqual([
      {
        method: 'POST',
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'kitchen', name: expect.stringMatching(/^red\.[0-9a-f]{16}$/) },
        // Exactly six decimals, or the server refuses it.
        eventTime: '2026-01-01T00:00:00.007000Z',
        reportingController: 'nami.dev/operator',
        reportingInstance: 'nami-0',
        type: 'Normal',
        reason: 'Boiled',
        action: 'Boil',
        note: 'it is hot',
        regarding: {
          apiVersion: 'test.nami.dev/v1',
          kind: 'Kettle',
          namespace: 'kitchen',
          name: 'red',
          uid: 'uid-red',
          resourceVersion: '3',
        },
      },
    ]);
  });

  test('counts a note that repeats, however often, as one series', async () => {
    const { clock, recorder, transport, sent } = recorderOver();
    for (let count = 0; count < 4; count += 1) {
      recorder.record(red, note());
      await recorder.flush();
      await clock.advance(minute);
    }
    expect(sent().map(({ method, series }) => [method, series?.count])).toEqual([
      ['POST', undefined],
      ['PATCH', 2],
      ['PATCH', 3],
      ['PATCH', 4],
    ]);
    expect(transport.requests[3]?.path).toContain('/events/red.');
    expect(sent()[3]?.series.lastObservedTime).toBe('2026-01-01T00:03:00.007000Z');
  });

  test('writes once what repeats before it was written', async () => {
    const { recorder, sent } = recorderOver();
    for (let count = 0; count < 3; count += 1) recorder.record(red, note());
    await recorder.flush();
    expect(sent()).toMatchObject([{ method: 'POST', series: { count: 3 } }]);
  });

  test('makes a new event for another message, object or type, and after the window', async () => {
    const { clock, recorder, sent } = recorderOver();
    recorder.record(red, note());
    recorder.record(red, note({ message: 'it is cold' }));
    recorder.record(red, note({ type: 'Warning' }));
    recorder.record(kettle('blue', 3), note());
    await recorder.flush();
    await clock.advance(11 * minute);
    recorder.record(red, note());
    await recorder.flush();
    expect(sent().map((one) => one.method)).toEqual(Array(5).fill('POST'));
  });

  test('lets an object have a burst of 25 and then one in five minutes, others unharmed', async () => {
    const { clock, recorder, sent } = recorderOver();
    for (let count = 0; count < 100; count += 1) recorder.record(red, note({ message: `m${count}` }));
    await recorder.flush();
    expect(sent()).toHaveLength(25);
    expect(recorder.dropped).toBe(75);
    recorder.record(kettle('blue', 3), note());
    await recorder.flush();
    expect(sent()).toHaveLength(26);
    await clock.advance(5 * minute);
    for (let count = 0; count < 10; count += 1) recorder.record(red, note({ message: `n${count}` }));
    await recorder.flush();
    expect(sent()).toHaveLength(27);
  });

  test('writes a last word of an object that has talked too much, for nothing repeats it', async () => {
    const { recorder, sent } = recorderOver();
    const red = kettle('red', 3);
    for (let count = 0; count < 100; count += 1) recorder.record(red, note({ message: `m${count}` }));
    recorder.record(red, note({ message: 'the volume stays', last: true }));
    await recorder.flush();
    expect(sent().at(-1).note).toBe('the volume stays');
    expect(recorder.dropped).toBe(75);
  });

  test('brings the count of dropped repetitions with the next that is written', async () => {
    const { clock, recorder, sent } = recorderOver();
    for (let count = 0; count < 40; count += 1) {
      recorder.record(red, note());
      await recorder.flush();
    }
    expect(sent().at(-1)).toMatchObject({ method: 'PATCH', series: { count: 25 } });
    await clock.advance(5 * minute);
    recorder.record(red, note());
    await recorder.flush();
    expect(sent().at(-1)).toMatchObject({ method: 'PATCH', series: { count: 41 } });
  });

  test('makes an event anew that the server has let go', async () => {
    const { recorder, sent } = recorderOver((index) => (index === 1 ? { status: 404 } : { json: {} }));
    recorder.record(red, note());
    await recorder.flush();
    recorder.record(red, note());
    await recorder.flush();
    expect(sent()).toMatchObject([
      { method: 'POST' },
      { method: 'PATCH' },
      { method: 'POST', series: { count: 2 } },
    ]);
  });

  test('takes an event that is there already for its own, whose answer got lost', async () => {
    const { recorder, logger, sent } = recorderOver((index) =>
      index === 0 ? { status: 409 } : { json: {} },
    );
    recorder.record(red, note());
    await recorder.flush();
    recorder.record(red, note());
    await recorder.flush();
    expect(sent().map((one) => one.method)).toEqual(['POST', 'PATCH']);
    expect(logger.lines).toEqual([]);
  });

  test('logs what can’t be written and tries to make it with the next repetition', async () => {
    const { recorder, logger, sent } = recorderOver((index) =>
      index === 0 ? new Error('no connection') : { json: {} },
    );
    recorder.record(red, note());
    await recorder.flush();
    expect(logger.lines).toMatchObject([
      {
        level: 'warn',
        details: {
          event: expect.stringMatching(/^kitchen\/red\./),
          reason: 'Boiled',
          error: 'no connection',
        },
      },
    ]);
    recorder.record(red, note());
    await recorder.flush();
    expect(sent().map((one) => one.method)).toEqual(['POST', 'POST']);
  });

  test('keeps to the bounds of the API: 1 kB of note in bytes, 253 characters of name', async () => {
    const { recorder, sent } = recorderOver();
    const long = kettle(`${'k'.repeat(235)}.${'x'.repeat(17)}`, 3);
    recorder.record(long, note({ message: '水'.repeat(1000) }));
    await recorder.flush();
    const [event] = sent();
    expect(Buffer.byteLength(event.note)).toBeLessThanOrEqual(1024);
    expect(event.note).toMatch(/^水+…$/);
    expect(event.metadata.name).toMatch(/^k{235}\.[0-9a-f]{16}$/);
  });
});
