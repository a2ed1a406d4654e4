import type { AwsCall } from './aws-request.ts';

/** The service that senders reach, as AWS names it. */
export const SENDER_SERVICE = 'execute-api';

/** Which calls a fault befalls, and how many of them. */
export interface FaultTarget {
  /** Any AWS API unless said otherwise; "execute-api" stands for what senders post to endpoints. */
  readonly service?: string;
  readonly action?: string;
  readonly match?: (call: AwsCall) => boolean;
  /** How often it happens; 1 unless said otherwise. */
  readonly times?: number;
}

export type FaultKind =
  /** AWS answers with an error. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  /** The call takes longer. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The call works and its answer never arrives. */
  | { readonly kind: 'dropResponse' }
  /** The connection breaks before the call arrives. */
  | { readonly kind: 'unreachable' };

export type Fault = FaultTarget & FaultKind;

export interface InjectedFault {
  /** How often it has happened. */
  readonly used: number;
  remove(): void;
}

/** The faults that are still to happen. */
export class Faults {
  readonly #pending = new Set<{ fault: Fault; used: number }>();

  add(fault: Fault): InjectedFault {
    const entry = { fault, used: 0 };
    this.#pending.add(entry);
    return {
      get used() {
        return entry.used;
      },
      remove: () => void this.#pending.delete(entry),
    };
  }

  clear(): void {
    this.#pending.clear();
  }

  /** Whether a fault is still to happen to a service that is named. */
  has(service: string): boolean {
    return [...this.#pending].some(({ fault }) => fault.service === service);
  }

  /** The faults that befall this call, in the order they were added: delays, and at most one of another kind. */
  take(call: AwsCall): FaultKind[] {
    const taken: FaultKind[] = [];
    for (const entry of this.#pending) {
      const { fault } = entry;
      if (fault.service === undefined ? call.service === SENDER_SERVICE : fault.service !== call.service)
        continue;
      if (fault.action !== undefined && fault.action !== call.action) continue;
      if (fault.match !== undefined && !fault.match(call)) continue;
      entry.used++;
      if (entry.used >= (fault.times ?? 1)) this.#pending.delete(entry);
      taken.push(fault);
      if (fault.kind !== 'delay') break;
    }
    return taken;
  }
}
