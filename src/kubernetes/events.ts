import type { Clock } from '../clock.ts';
import type { KubernetesClient } from './client.ts';
import { isConflict, isNotFound } from './errors.ts';
import type { Logger } from './logger.ts';
import { microTime } from './micro-time.ts';
import { type KubernetesResource, keyOf, type ObjectRef, type ResourceType } from './resource.ts';

/** Something to tell the owner of an object, seen in `kubectl describe` and `kubectl events`. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  /** CamelCase, at most 128 characters. */
  reason: string;
  /** What was being done: CamelCase, at most 128 characters. */
  action: string;
  /** For people; longer than 1 kB is cut. */
  message: string;
  /** It is told however much was told of the object before: a last word, which nothing repeats. */
  last?: boolean;
}

export interface EventRecorderOptions {
  client: Pick<KubernetesClient, 'create' | 'patch'>;
  clock: Clock;
  logger: Logger;
  /** Who reports: `nami.dev/operator`. */
  controller: string;
  /** Which of them: the pod's name. At most 128 characters. */
  instance: string;
  /** The same note within so long of its last is counted, not made again. */
  windowSeconds?: number;
}

interface KubernetesEvent extends KubernetesResource {
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  type: EventNote['type'];
  reason: string;
  action: string;
  note: string;
  regarding: Record<string, string>;
  series?: { count: number; lastObservedTime: string };
}

export const events: ResourceType<KubernetesEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** An event that was recorded, for its repetitions. */
interface Recorded {
  ref: ObjectRef;
  regarding: Record<string, string>;
  note: EventNote;
  firstAt: number;
  lastAt: number;
  count: number;
  /** The count that the server has; 0 until the event is there. */
  writtenCount: number;
  isQueued: boolean;
}

/** client-go's bounds: a burst for each object, then one in five minutes. */
const burst = 25;
const refillSeconds = 300;
/** Objects and events remembered; beyond it the oldest are dropped, and may be told once more. */
const maximumRemembered = 4096;
/** Writes that wait; beyond it events are dropped. */
const maximumQueued = 512;

/**
 * Records Kubernetes Events in the background and one after the other. It never throws and never waits: what can't
 * be written is logged. A note that repeats becomes a series with a count; an object that talks too much is cut
 * short.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #windowMilliseconds: number;
  readonly #recorded = new Map<string, Recorded>();
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  #writing: Promise<void> = Promise.resolve();
  #queued = 0;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#windowMilliseconds = (options.windowSeconds ?? 600) * 1000;
  }

  /** Notes that the bounds kept from being written, so far. */
  get dropped(): number {
    return this.#dropped;
  }

  record(regarding: KubernetesResource, note: EventNote): void {
    const now = this.#options.clock.now();
    const objectKey = `${regarding.kind} ${keyOf(regarding.metadata)} ${regarding.metadata.uid ?? ''}`;
    const key = [objectKey, note.type, note.reason, note.message].join('\n');
    let recorded = this.#recorded.get(key);
    if (recorded && now - recorded.lastAt <= this.#windowMilliseconds) {
      recorded.count += 1;
      recorded.lastAt = now;
    } else {
      const ref = this.#nameFor(regarding);
      recorded = {
        ref,
        regarding: referenceTo(regarding),
        note,
        firstAt: now,
        lastAt: now,
        count: 1,
        writtenCount: 0,
        isQueued: false,
      };
    }
    remember(this.#recorded, key, recorded);
    // A repetition that is dropped was counted all the same: the next that is written brings its count.
    if (recorded.isQueued) return;
    const isBounded = !note.last && !this.#takeToken(objectKey, now);
    if (isBounded || this.#queued >= maximumQueued) {
      this.#dropped += 1;
      return;
    }
    recorded.isQueued = true;
    this.#queued += 1;
    this.#writing = this.#writing.then(() => this.#write(recorded));
  }

  /** Resolves when all that was recorded so far is written or given up; never rejects. */
  flush(): Promise<void> {
    return this.#writing;
  }

  async #write(recorded: Recorded): Promise<void> {
    recorded.isQueued = false;
    this.#queued -= 1;
    const { client, logger } = this.#options;
    const count = recorded.count;
    try {
      if (recorded.writtenCount === 0) await this.#create(recorded);
      else {
        const series = { count, lastObservedTime: microTime(recorded.lastAt) };
        await client.patch(events, recorded.ref, { series }).catch((error: unknown) => {
          // The server keeps events for an hour.
          if (isNotFound(error)) return this.#create(recorded);
          throw error;
        });
      }
      recorded.writtenCount = count;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      logger.warn(
        { event: keyOf(recorded.ref), reason: recorded.note.reason, error: message },
        'an event could not be recorded',
      );
    }
  }

  async #create(recorded: Recorded): Promise<void> {
    const { client, controller, instance } = this.#options;
    const { regarding, note, ref } = recorded;
    const object: Omit<KubernetesEvent, 'apiVersion' | 'kind'> = {
      metadata: { ...ref },
      eventTime: microTime(recorded.firstAt),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      type: note.type,
      reason: note.reason.slice(0, 128),
      action: note.action.slice(0, 128),
      note: cutToBytes(note.message, 1024),
      regarding,
    };
    // A series begins with the second.
    if (recorded.count > 1) {
      object.series = { count: recorded.count, lastObservedTime: microTime(recorded.lastAt) };
    }
    await client.create(events, object).catch((error: unknown) => {
      // An earlier try was heard, although its answer was not.
      if (!isConflict(error)) throw error;
    });
  }

  /** In the object's namespace, as the server demands; objects without one have theirs in `default`. */
  #nameFor(regarding: KubernetesResource): ObjectRef {
    const suffix = Buffer.from(this.#options.clock.randomBytes(8)).toString('hex');
    // Names end at 253 characters, and may not have a dot beside a dot or a hyphen.
    const stem = regarding.metadata.name.slice(0, 253 - 1 - suffix.length).replace(/[.-]+$/, '');
    return { namespace: regarding.metadata.namespace ?? 'default', name: `${stem}.${suffix}` };
  }

  #takeToken(objectKey: string, now: number): boolean {
    const bucket = this.#buckets.get(objectKey) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / 1000 / refillSeconds);
    bucket.at = now;
    remember(this.#buckets, objectKey, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** A reference, so that remembering an event doesn't keep the whole object. */
function referenceTo({ apiVersion, kind, metadata }: KubernetesResource): Record<string, string> {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace && { namespace }),
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
  };
}

/** Sets the entry as the youngest, and drops the oldest beyond the bound. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > maximumRemembered && oldest !== undefined) map.delete(oldest);
}

/** The server counts bytes. */
function cutToBytes(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  // A character cut in two at the end decodes to U+FFFD.
  const kept = encoded.subarray(0, bytes - Buffer.byteLength('…')).toString();
  return `${kept.replace(/\uFFFD+$/, '')}…`;
}
