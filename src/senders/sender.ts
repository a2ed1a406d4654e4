import type { ResponseSettings, SenderSettings } from '../../handlers/contract.ts';

/** A named sender: what the function is told of it, and what its user is. */
export interface Sender extends SenderSettings {
  readonly title: string;
  /** The sender's own page or code on how it signs. */
  readonly page: string;
  /** The page on it in docs/sources, if it has one of its own. */
  readonly guide?: string;
  /** What of the sender goes into the Secret. */
  readonly secret: string;
  readonly shown: Shown;
  /** What the sender waits for, where it isn't 200 with any body. */
  readonly answers?: Answers;
  /** What its user has to know beside. */
  readonly note?: string;
}

export type Answers = Partial<Pick<ResponseSettings, 'statusCode' | 'body' | 'emptyRefusals'>>;

/**
 * How it is shown that a right delivery is taken: by a library of the sender's, by its name, that verifies in the tests;
 * by an example that the sender has published there; or by what its page or code says alone.
 */
export type Shown =
  | { readonly by: 'library' | 'example'; readonly of: string }
  | { readonly by: 'documentation' };
