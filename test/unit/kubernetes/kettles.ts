import type { Logger } from '../../../src/kubernetes/logger.ts';
import type { KubernetesResource, ResourceType } from '../../../src/kubernetes/resource.ts';
import type { Condition } from '../../../src/kubernetes/status.ts';

/** A kind for tests. */
export interface Kettle extends KubernetesResource {
  spec?: { litres?: number };
  status?: Record<string, unknown> & { conditions?: Condition[] };
}

export const kettles: ResourceType<Kettle> = {
  group: 'test.nami.dev',
  version: 'v1',
  kind: 'Kettle',
  plural: 'kettles',
  namespaced: true,
};

export function kettle(name: string, resourceVersion: number, more: Partial<Kettle> = {}): Kettle {
  const metadata = {
    namespace: 'kitchen',
    name,
    uid: `uid-${name}`,
    resourceVersion: String(resourceVersion),
  };
  return {
    apiVersion: 'test.nami.dev/v1',
    kind: 'Kettle',
    ...more,
    metadata: { ...metadata, ...more.metadata },
  };
}

export interface LogLine {
  level: 'info' | 'warn' | 'error';
  details: object;
  message: string;
}

export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  info(details: object, message: string): void {
    this.lines.push({ level: 'info', details, message });
  }

  warn(details: object, message: string): void {
    this.lines.push({ level: 'warn', details, message });
  }

  error(details: object, message: string): void {
    this.lines.push({ level: 'error', details, message });
  }
}
