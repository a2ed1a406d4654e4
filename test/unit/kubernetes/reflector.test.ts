import { afterEach, describe, expect, test } from 'vitest';
import { sleep } from '../../../src/clock.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kubernetes/reflector.ts';
import type { TransportRequest } from '../../../src/kubernetes/transport.ts';
import { FakeClock } from '../fake-clock.ts';
import { type Kettle, kettle, kettles, RecordingLogger } from './kettles.ts';
import { type Answer, ScriptedTransport } from './scripted-transport.ts';

const second = 1000;

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function list(resourceVersion: number, ...items: Kettle[]): Answer {
  return { json: { metadata: { resourceVersion: String(resourceVersion) }, items } };
}

function bookmark(resourceVersion: number): string {
  return line('BOOKMARK', { metadata: { resourceVersion: String(resourceVersion) } });
}

/** A watch that brings these lines and then stays open. */
function open(...chunks: string[]): Answer {
  return { chunks, staysOpen: true };
}

const tooOld = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

/** In short: `list`, or `watch` and from where. */
function asked(request: TransportRequest): string {
  const query = new URLSearchParams(request.path.split('?')[1]);
  return query.has('watch') ? `watch ${query.get('resourceVersion')}` : 'list';
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Runs a reflector against these answers, one after the other; the last one again and again. */
function reflect(
  answers: (Answer | Error | 'never')[],
  more: Partial<ReflectorOptions<Kettle>> = {},
): {
  clock: FakeClock;
  reflector: Reflector<Kettle>;
  logger: RecordingLogger;
  changes: string[];
  asked: () => string[];
  stop: () => Promise<void>;
} {
  const clock = new FakeClock();
  const logger = new RecordingLogger();
  const transport = new ScriptedTransport(
    (_, index) => answers[Math.min(index, answers.length - 1)] ?? 'never',
  );
  const changes: string[] = [];
  const version = (object: Kettle | undefined) => object?.metadata.resourceVersion ?? '-';
  const reflector = new Reflector({
    client: new KubernetesClient({ transport, clock }),
    type: kettles,
    clock,
    logger,
    onChange: (key, previous, current) => changes.push(`${key} ${version(previous)}→${version(current)}`),
    ...more,
  });
  const controller = new AbortController();
  const running = reflector.run(controller.signal);
  const stop = async () => {
    controller.abort(new Error('stopping'));
    await running;
  };
  stops.push(stop);
  return { clock, reflector, logger, changes, asked: () => transport.requests.map(asked), stop };
}

describe('the reflector', () => {
  test('lists, then watches from there, and reports each change with what was before', async () => {
    const { clock, reflector, changes, asked } = reflect([
      list(10, kettle('red', 3), kettle('blue', 4)),
      open(
        line('ADDED', kettle('green', 11)),
        line('MODIFIED', kettle('red', 12)),
        line('DELETED', kettle('blue', 13)),
      ),
    ]);
    await clock.until(reflector.synced);
    expect(reflector.size).toBe(2);
    await clock.advance(0);
    expect(asked()).toEqual(['list', 'watch 10']);
    expect(changes).toEqual([
      'kitchen/red -→3',
      'kitchen/blue -→4',
      'kitchen/green -→11',
      'kitchen/red 3→12',
      'kitchen/blue 13→-',
    ]);
    expect(reflector.get('kitchen/red')?.metadata.resourceVersion).toBe('12');
    expect(reflector.list().map((one) => one.metadata.name)).toEqual(['red', 'green']);
  });

  test('stands still only while nothing is heard or tried: not while the server is away, nor while it is silent', async () => {
    const { clock, reflector } = reflect([list(10), new Error('reset'), new Error('reset'), open()]);
    let longest = 0;
    for (let count = 0; count < 3600; count += 1) {
      await clock.advance(second);
      longest = Math.max(longest, reflector.standstillSeconds);
    }
    expect(longest).toBeGreaterThan(100);
    expect(longest).toBeLessThanOrEqual(150);
  });

  test('goes on from the last bookmark when the server ends the watch, without a list', async () => {
    const { clock, asked, logger } = reflect([list(10), open(bookmark(50)), open()], { silenceSeconds: 5 });
    await clock.advance(6 * second);
    expect(asked()).toEqual(['list', 'watch 10', 'watch 50']);
    expect(logger.lines.filter((one) => one.level !== 'info')).toEqual([]);
  });

  test('goes on from the last event where no bookmark came', async () => {
    const { clock, asked } = reflect([list(10), open(line('ADDED', kettle('red', 20))), open()], {
      silenceSeconds: 5,
    });
    await clock.advance(6 * second);
    expect(asked()).toEqual(['list', 'watch 10', 'watch 20']);
  });

  test('asks for watches of different lengths', async () => {
    const clock = new FakeClock();
    const transport = new ScriptedTransport((request) => (asked(request) === 'list' ? list(1) : open()));
    const client = new KubernetesClient({ transport, clock });
    const logger = new RecordingLogger();
    const reflector = new Reflector({ client, type: kettles, clock, logger, onChange: () => {} });
    const controller = new AbortController();
    const running = reflector.run(controller.signal);
    await clock.advance(3600 * second);
    controller.abort();
    await running;
    const lengths = transport.requests.flatMap(
      (request) => /timeoutSeconds=(\d+)/.exec(request.path)?.[1] ?? [],
    );
    expect(new Set(lengths).size).toBeGreaterThan(lengths.length / 2);
    expect(lengths.every((length) => Number(length) >= 300 && Number(length) <= 600)).toBe(true);
  });

  for (const [how, answer] of [
    ['status', { status: 410, json: tooOld }],
    ['ERROR event', { chunks: [line('ERROR', tooOld)] }],
  ] as const) {
    test(`lists again after 410 as ${how}, and reports what was deleted in the gap`, async () => {
      const { clock, changes, asked, reflector } = reflect([
        list(10, kettle('red', 3), kettle('blue', 4)),
        answer,
        list(90, kettle('red', 3)),
        open(),
      ]);
      await clock.advance(2 * second);
      expect(asked()).toEqual(['list', 'watch 10', 'list', 'watch 90']);
      // What did not change is not reported again.
      expect(changes).toEqual(['kitchen/red -→3', 'kitchen/blue -→4', 'kitchen/blue 4→-']);
      expect(reflector.size).toBe(1);
    });
  }

  test('reports an object that was deleted and made again in a gap as two changes', async () => {
    const successor = kettle('red', 80);
    successor.metadata.uid = 'another';
    const { clock, changes } = reflect([
      list(10, kettle('red', 3)),
      { status: 410, json: tooOld },
      list(90, successor),
      open(),
    ]);
    await clock.advance(2 * second);
    expect(changes).toEqual(['kitchen/red -→3', 'kitchen/red 3→-', 'kitchen/red -→80']);
  });

  test('goes on where it was after a broken connection, after waits that grow with jitter', async () => {
    const broken = new Error('other side closed');
    const { clock, asked, logger } = reflect([
      list(10, kettle('red', 3)),
      broken,
      broken,
      broken,
      broken,
      open(),
    ]);
    await clock.advance(60 * second);
    expect(asked().slice(0, 6)).toEqual(['list', ...Array(5).fill('watch 10')]);
    const waits = logger.lines
      .filter((one) => one.level === 'warn')
      .map((one) => (one.details as { waitSeconds: number }).waitSeconds);
    expect(waits).toHaveLength(4);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(2 ** index / 2);
      expect(wait).toBeLessThanOrEqual(2 ** index);
    }
    expect(logger.lines[0]?.details).toMatchObject({
      resource: 'kettles.test.nami.dev',
      error: 'other side closed',
    });
  });

  test('does not list again because the server is busy', async () => {
    const { clock, asked } = reflect([list(10), { status: 503, json: {} }, open()]);
    await clock.advance(2 * second);
    expect(asked()).toEqual(['list', 'watch 10', 'watch 10']);
  });

  test('says what to do when the server lacks the type, and goes on when it has it', async () => {
    const { clock, logger, reflector } = reflect([
      { status: 404, chunks: ['404 page not found'] },
      list(10),
      open(),
    ]);
    await clock.until(reflector.synced);
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: 'the server lacks this type; install its CustomResourceDefinition' },
    ]);
  });

  test('never waits longer than the maximum, nor less than a server that is busy asks', async () => {
    const busy: Answer = { status: 429, headers: { 'retry-after': '45' }, json: {} };
    const { clock, logger } = reflect([busy]);
    await clock.advance(3600 * second);
    const waits = logger.lines.map((one) => (one.details as { waitSeconds: number }).waitSeconds);
    expect(Math.max(...waits)).toBe(45);
    expect(Math.min(...waits)).toBe(45);
  });

  test('takes a watch that is silent for dead and watches anew', async () => {
    const { clock, asked, logger } = reflect([list(10), open()], { silenceSeconds: 150 });
    await clock.advance(149 * second);
    expect(asked()).toEqual(['list', 'watch 10']);
    await clock.advance(2 * second);
    expect(asked()).toEqual(['list', 'watch 10', 'watch 10']);
    expect(logger.lines).toMatchObject([{ level: 'info', message: 'watch was silent; watching anew' }]);
  });

  test('takes a bookmark for a sign of life', async () => {
    const clock = new FakeClock();
    async function* everyMinute(): AsyncGenerator<string> {
      for (let version = 11; ; version += 1) {
        await sleep(clock, 60 * second);
        yield bookmark(version);
      }
    }
    const transport = new ScriptedTransport((request) =>
      asked(request) === 'list' ? list(10) : { chunks: everyMinute() },
    );
    const client = new KubernetesClient({ transport, clock });
    const logger = new RecordingLogger();
    const reflector = new Reflector({ client, type: kettles, clock, logger, onChange: () => {} });
    void reflector.run(new AbortController().signal);
    await clock.advance(3600 * second);
    expect(transport.requests.map(asked)).toEqual(['list', 'watch 10']);
  });

  test('does not hammer a server that ends each watch at once', async () => {
    const { clock, asked } = reflect([list(10), { chunks: [] }]);
    await clock.advance(60 * second);
    expect(asked().length).toBeLessThan(12);
  });

  test('does not hammer a server to which each version is too old', async () => {
    const clock = new FakeClock();
    const transport = new ScriptedTransport((request) =>
      asked(request) === 'list' ? list(10) : { status: 410, json: tooOld },
    );
    const client = new KubernetesClient({ transport, clock });
    const logger = new RecordingLogger();
    const reflector = new Reflector({ client, type: kettles, clock, logger, onChange: () => {} });
    const controller = new AbortController();
    const running = reflector.run(controller.signal);
    await clock.advance(60 * second);
    controller.abort();
    await running;
    expect(transport.requests.length).toBeLessThan(20);
  });

  test('logs a callback that throws, and goes on', async () => {
    const seen: string[] = [];
    const { clock, logger, reflector } = reflect(
      [list(10, kettle('red', 3)), open(line('ADDED', kettle('green', 11)))],
      {
        onChange: (key) => {
          seen.push(key);
          throw new Error('a bug');
        },
      },
    );
    await clock.advance(second);
    expect(seen).toEqual(['kitchen/red', 'kitchen/green']);
    expect(reflector.size).toBe(2);
    expect(logger.lines.map((one) => one.level)).toEqual(['error', 'error']);
  });

  test('sees a write of ours before the watch brings it, and is not taken back by older events', async () => {
    const { clock, reflector, changes } = reflect(
      [
        list(10, kettle('red', 3)),
        open(),
        open(line('MODIFIED', kettle('red', 11)), line('MODIFIED', kettle('red', 12))),
      ],
      { silenceSeconds: 5 },
    );
    await clock.until(reflector.synced);
    reflector.remember(kettle('red', 12));
    reflector.remember(kettle('red', 2));
    reflector.remember(kettle('never-seen', 2));
    await clock.advance(6 * second);
    expect(changes).toEqual(['kitchen/red -→3', 'kitchen/red 3→12']);
    expect(reflector.size).toBe(1);
  });

  test('keeps no managedFields', async () => {
    const { clock, reflector } = reflect([
      list(10, kettle('red', 3, { metadata: { ...kettle('red', 3).metadata, managedFields: [{}] } })),
      open(),
    ]);
    await clock.until(reflector.synced);
    expect(reflector.get('kitchen/red')?.metadata.managedFields).toBeUndefined();
  });

  test('stops clean while it watches, and while it waits', async () => {
    for (const answers of [[list(10), open()], [new Error('down')]]) {
      const { clock, stop } = reflect(answers);
      await clock.advance(second / 4);
      await stop();
      expect(clock.pending).toBe(0);
    }
  });

  test('tells those who wait for the first list that it will not come', async () => {
    const { clock, reflector, stop } = reflect(['never']);
    await clock.advance(second);
    await stop();
    await expect(reflector.synced).rejects.toThrow('stopping');
  });
});
