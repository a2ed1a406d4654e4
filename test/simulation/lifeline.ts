import type { CancelTimer, Clock } from '../../src/clock.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../src/kubernetes/transport.ts';

/** What never comes: a promise that keeps whoever waits for it where it is. */
export const never = (): Promise<never> => new Promise(() => {});

/**
 * Holds one run of the operator. Once it is cut, nothing that the run waits for ever comes: its timers don't fire and
 * no call is answered, as if the process had been killed. What was sent before takes effect all the same.
 */
export class Lifeline {
  #isCut = false;

  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
  }

  /** What `work` comes to, unless the line is cut before. */
  async hold<R>(work: Promise<R>): Promise<R> {
    try {
      const result = await work;
      return this.isCut ? await never() : result;
    } catch (error) {
      if (this.isCut) await never();
      throw error;
    }
  }

  clock(time: Clock): Clock {
    return {
      now: () => time.now(),
      monotonic: () => time.monotonic(),
      random: () => time.random(),
      randomBytes: (length) => time.randomBytes(length),
      after: (milliseconds: number, callback: () => void): CancelTimer =>
        time.after(milliseconds, () => {
          if (!this.isCut) callback();
        }),
    };
  }

  transport(inner: Transport): Transport {
    return {
      serverUrl: inner.serverUrl,
      close: () => inner.close(),
      request: async (request: TransportRequest): Promise<TransportResponse> => {
        const response = await this.hold(inner.request(request));
        return { ...response, body: this.#body(response.body) };
      },
    };
  }

  async *#body(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) {
        if (this.isCut) await never();
        yield chunk;
      }
    } catch (error) {
      if (this.isCut) await never();
      throw error;
    }
  }
}
