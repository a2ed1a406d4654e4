import type { KubernetesResource, ObjectMeta } from '../../../src/kubernetes/resource.ts';
import type { Fields } from './schema.ts';

/** An object as it is stored: whole, and replaced on every change. */
export interface Stored extends KubernetesResource {
  readonly metadata: ObjectMeta;
  readonly spec?: Fields;
  readonly status?: Fields;
  readonly [field: string]: unknown;
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly resource: string;
  readonly object: Stored;
}

/** All objects by resource and key, and every change of them, in order. */
export class ObjectStore {
  readonly #objects = new Map<string, Map<string, Stored>>();
  readonly #watchers = new Set<() => void>();
  #changes: Change[] = [];
  #version = 1000;
  #compactedAt = 0;

  get version(): number {
    return this.#version;
  }

  /** Changes before this version can't be watched any more. */
  get compactedAt(): number {
    return this.#compactedAt;
  }

  get(resource: string, key: string): Stored | undefined {
    return this.#objects.get(resource)?.get(key);
  }

  list(resource: string): Stored[] {
    return [...(this.#objects.get(resource)?.values() ?? [])];
  }

  put(resource: string, key: string, object: Stored): Stored {
    const objects = this.#objects.get(resource) ?? new Map<string, Stored>();
    this.#objects.set(resource, objects);
    const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
    const version = ++this.#version;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    objects.set(key, stored);
    this.#note({ type, version, resource, object: stored });
    return stored;
  }

  remove(resource: string, key: string): void {
    const object = this.get(resource, key);
    if (!object) return;
    this.#objects.get(resource)?.delete(key);
    const version = ++this.#version;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    this.#note({ type: 'DELETED', version, resource, object: last });
  }

  changesAfter(version: number, resource: string): Change[] {
    const first = this.#changes.findLastIndex((change) => change.version <= version) + 1;
    return this.#changes.slice(first).filter((change) => change.resource === resource);
  }

  /** Forgets what changed, as etcd does every five minutes: a watch from before has to begin with a list. */
  compact(): void {
    this.#changes = [];
    this.#compactedAt = this.#version;
    this.#wake();
  }

  /** Calls `callback` after each change, until the returned function is called. */
  onChange(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  #note(change: Change): void {
    this.#changes.push(change);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
