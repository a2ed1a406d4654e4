import type { X509Certificate } from 'node:crypto';
import type { BatchSettings, SourceSettings } from '../contract.ts';
import type { RawRequest } from '../raw-request.ts';

/**
 * One kind of sender: how a delivery proves where it comes from, and which event it brings. A new one is a file with
 * this interface, a name in the contract's list and a line in the table (`other-sources.ts`). Sources are made of one another
 * by copying, so no method uses `this`.
 */
export interface Source {
  /** Headers that carry the proof, a signature or a token, or may carry one. They are never stored or logged. */
  readonly signatureHeaders: readonly string[];
  /** Other headers that the methods below rely on; they are kept with the event. */
  readonly identityHeaders: readonly string[];
  /** How a delivery brings several events, if it may. */
  readonly batch?: BatchSettings | undefined;
  /** What is wrong with a secret as the user stored it, for the user to read; undefined if it can be used. */
  checkSecret(secret: string): string | undefined;
  /** What is missing from the secrets as a whole, each of which can be used. */
  checkSecrets?(secrets: readonly string[]): string | undefined;
  /**
   * Whether the delivery is authentic by at least one of the secrets. Never throws, whatever the request holds.
   * A header listed above has at most one value here: a request that contradicts itself is refused before.
   */
  verify(request: RawRequest, trust: Trust): Verdict;
  /**
   * Where the certificate is that it takes to verify the delivery, if that names one: a URL of the sender's own, whatever the
   * request says, to be asked before.
   */
  certificateUrl?(request: RawRequest): string | undefined;
  /** What an authentic delivery says about its event. */
  identify(request: RawRequest): EventIdentity;
  /**
   * The answer, or why there is none, if the request is no event but the sender's question whether this endpoint is
   * ours. Undefined for any other request.
   */
  handshake?(request: RawRequest, trust: Trust): HandshakeAnswer | UnverifiedReason | undefined;
}

/** A sender, or how to make one of what the user says about it. */
export type SourceEntry = Source | ((settings: SourceSettings) => Source);

/** What a delivery is judged by. */
export interface Trust {
  readonly secrets: readonly string[];
  readonly settings: SourceSettings;
  readonly now: Date;
  /** The one at {@link Source.certificateUrl}, if it is there. */
  readonly certificate?: X509Certificate | undefined;
}

export type Verdict = 'authentic' | UnverifiedReason;

/** Why a delivery isn't authentic: for the owner's log and metric, never for the sender. */
export type UnverifiedReason =
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-mismatch'
  | 'token-missing'
  | 'token-malformed'
  | 'token-mismatch'
  | 'body-mismatch'
  | 'body-unexpected'
  /** It has to be parsed to be verified, and is beyond the limits for that. */
  | 'body-too-complex'
  | 'url-unknown'
  /** It isn't one that the user names. */
  | 'topic-unknown'
  /** The sender has none where the delivery says, or one that isn't valid now. */
  | 'certificate-unknown'
  | 'id-missing'
  | 'timestamp-missing'
  | 'timestamp-malformed'
  | 'timestamp-in-milliseconds'
  | 'timestamp-too-old'
  | 'timestamp-in-future';

export interface EventIdentity {
  /** The sender's own identity for the event; without one each delivery is an event. */
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  /** The sender's own time. */
  readonly sentAt?: Date | undefined;
  /** Where the sender numbers its events: the event's place among those of its subject. */
  readonly sequence?: number | undefined;
  /** The sender's time of this delivery. */
  readonly attemptedAt?: Date | undefined;
  /** How often the sender has tried with this delivery; 1 is its first. */
  readonly attempt?: number | undefined;
}

export interface HandshakeAnswer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** A URL of the sender's own that is called before it is answered. */
  readonly visit?: string;
}
