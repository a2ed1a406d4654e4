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
  #frozen: { readonly version: number; readonly objects: ReadonlyMap<string, readonly Stored[]> } | undefined;

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

  /** What a list shows: all that there is, or was when lists were frozen; and which version that is. */
  shown(resource: string): { readonly version: number; readonly objects: readonly Stored[] } {
    if (!this.#frozen) return { version: this.#version, objects: this.list(resource) };
    return { version: this.#frozen.version, objects: this.#frozen.objects.get(resource) ?? [] };
  }

  /** From now on lists show what is there now; false ends it. */
  freeze(isFrozen: boolean): void {
    const objects = new Map([...this.#objects.keys()].map((resource) => [resource, this.list(resource)]));
    this.#frozen = isFrozen ? { version: this.#version, objects } : undefined;
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

  /** Wakes those who wait for a change, though there is none. */
  wake(): void {
    this.#wake();
  }

  #note(change: Change): void {
    this.#changes.push(change);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
