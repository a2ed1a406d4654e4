import { X509Certificate } from 'node:crypto';
import type { SourceSettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';
import { sourceOf } from '../sources/index.ts';
import { SenderError } from './sender-error.ts';

/** What a function asks of its sender, at URLs that its source has found to be the sender's own. Throws {@link SenderError}. */
export interface SenderCalls {
  /** The certificate that a delivery names; undefined if it names none, or there is none. */
  certificateOf(
    request: RawRequest,
    settings: SourceSettings,
    milliseconds: number,
  ): Promise<X509Certificate | undefined>;
  /** Calls a URL and takes nothing but a yes for an answer. */
  visit(url: string, milliseconds: number): Promise<void>;
}

/** Its sender waits meanwhile. */
const MAX_MILLISECONDS = 3000;

/** Senders have one or two at a time. */
const MAX_CERTIFICATES = 10;

/** Of an answer: a certificate with those above it takes less than 10 KB. */
const MAX_BYTES = 64 * 1024;

/** A function for any other source is built without this module. */
export const senderCalls: SenderCalls | undefined = senderCallsBy(fetch);

/** Certificates are kept: what a URL of one holds never changes. */
export function senderCallsBy(fetchUrl: typeof fetch): SenderCalls {
  const kept = new Map<string, X509Certificate>();

  const get = async (url: string, milliseconds: number) => {
    try {
      const response = await fetchUrl(url, {
        // Wherever it leads: that is another place than the one that was checked.
        redirect: 'error',
        signal: AbortSignal.timeout(Math.min(MAX_MILLISECONDS, milliseconds)),
      });
      if (response.status === 429 || response.status >= 500) throw new Error(`status ${response.status}`);
      return { isThere: response.ok, text: await textIn(response) };
    } catch (cause) {
      throw new SenderError(`${new URL(url).host} does not answer as it should`, { cause });
    }
  };

  return {
    async certificateOf(request, settings, milliseconds) {
      const url = sourceOf(settings).certificateUrl?.(request);
      // A delivery comes by POST: nobody is asked for the sake of anything else.
      if (url === undefined || request.method !== 'POST') return undefined;
      const known = kept.get(url);
      if (known !== undefined) return known;
      const { isThere, text } = await get(url, milliseconds);
      const certificate = isThere ? certificateIn(text) : undefined;
      if (certificate === undefined) return undefined;
      const [oldest] = kept.keys();
      if (kept.size >= MAX_CERTIFICATES && oldest !== undefined) kept.delete(oldest);
      kept.set(url, certificate);
      return certificate;
    },

    async visit(url, milliseconds) {
      const { isThere } = await get(url, milliseconds);
      if (!isThere) throw new SenderError(`${new URL(url).host} refuses to be called`);
    },
  };
}

async function textIn({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The first one, which is the sender's. */
function certificateIn(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    // What the library says of a text that is none is no more than that.
    return undefined;
  }
}
