import { createHmac } from 'node:crypto';

/**
 * What the operator and the two functions agree on. The operator writes these into a function's environment and
 * invokes these probes; the functions read and answer them. Nothing else couples the two.
 */

/** Senders that the functions have code for; every other named one is data, given with {@link SourceSettings.sender}. */
export const BUILT_IN_TYPES = [
  'None',
  'StandardWebhooks',
  'Shopify',
  'Twilio',
  'GitLab',
  'Meta',
  'X',
  'MicrosoftGraph',
  'SNS',
  'PayPal',
  'HMAC',
  'PublicKey',
  'JWT',
  'ApiKey',
  'Basic',
  'Bearer',
] as const;
export type BuiltInType = (typeof BUILT_IN_TYPES)[number];

/** Those of them whose deliveries name the certificate that they are signed with: their function is a bundle of its own. */
export const CERTIFIED_TYPES = ['SNS', 'PayPal'] as const satisfies readonly BuiltInType[];
export type CertifiedType = (typeof CERTIFIED_TYPES)[number];

export const preQueueBundle = (type: SourceType): BundleId =>
  (CERTIFIED_TYPES as readonly string[]).includes(type) ? 'pre-queue-certified' : 'pre-queue';

/** The functions' code as it is built: the pre-queue function's is one of two, by its source. */
export type BundleId = 'pre-queue' | 'pre-queue-certified' | 'post-queue';

/** A value of `spec.source.type`; which there are says the operator. */
export type SourceType = string;

/** Whether a source checks who sends by a secret, and so needs at least one entry in `spec.source.secretRefs`. */
export const needsSecret = (type: SourceType): boolean => type !== 'None' && type !== 'SNS';

/** In the environment of both: a hash of all that the operator wants of the function. */
export const REVISION_ENV = 'NAMI_REVISION';

/**
 * In the environment of a function with code of its user's own: the file with it, beside the built-in runtime in the
 * function's zip.
 */
export const OWN_CODE_ENV = 'NAMI_OWN_CODE';
export const OWN_CODE_FILE = 'code.mjs';

/** Likewise a file with certificates, which are more than an environment holds. */
export const STORE_CA_FILE = 'store-ca.pem';

/** What own code may export, at least one of them. */
export const OWN_CODE_EXPORTS = {
  preQueue: ['authorize', 'respond'],
  postQueue: ['process'],
} as const;

/** Environment of the pre-queue function. Values are strings; those marked JSON hold the named type. */
export const PRE_QUEUE_ENV = {
  queueUrl: 'NAMI_QUEUE_URL',
  /** JSON: {@link SourceSettings}. */
  source: 'NAMI_SOURCE',
  /** JSON: string[], the signing secrets as the user stored them, 0 to 3 of them. */
  secrets: 'NAMI_SECRETS',
  /** JSON: {@link ResponseSettings}. */
  response: 'NAMI_RESPONSE',
} as const;

/** Environment of the post-queue function. */
export const POST_QUEUE_ENV = {
  /** A MongoDB connection string with credentials. */
  storeUri: 'NAMI_STORE_URI',
  database: 'NAMI_STORE_DATABASE',
  collection: 'NAMI_STORE_COLLECTION',
  /** Days until an event's document is removed; absent: kept for ever. */
  ttlDays: 'NAMI_STORE_TTL_DAYS',
  /** Of a store that is known by certificates of its user's: the file with them (PEM), beside the function's code. */
  storeCa: 'NAMI_STORE_CA',
  /**
   * Of a managed store whose connection string says `tls=true`: the certificate (base64 of its DER) of the authority by which
   * the server called {@link STORE_SERVER_NAME} is known.
   */
  storeAuthority: 'NAMI_STORE_AUTHORITY',
  /** "true" on a managed host: the probe reports the disk space that the database sees. */
  managed: 'NAMI_STORE_MANAGED',
  /** A {@link ReaderRole}: what {@link readerOf} may do on a managed host; absent: there is no such user. */
  readerRole: 'NAMI_STORE_READER_ROLE',
} as const;

/** The name in the certificate of a managed store's server, whatever its address. */
export const STORE_SERVER_NAME = 'store.nami.internal';

/** MongoDB's own roles of these names, on the database of the events. */
export const READER_ROLES = ['read', 'readWrite'] as const;
export type ReaderRole = (typeof READER_ROLES)[number];

/** By which one gets into a managed store's database. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** Whom a database is made with that was never rotated: those who come after it are called "nami-…". */
export const FIRST_USER = 'nami';
const READER = 'nami-reader';

/**
 * How people and their programs get in beside a login of the store's own. The password follows from the store's own, and that
 * does not follow from it. (RFC 2104: HMAC.)
 */
export const readerOf = ({ user, password }: Login): Login => ({
  user: readerNameOf(user),
  password: createHmac('sha256', password).update(READER).digest('base64url'),
});

/** The name alone. */
export const readerNameOf = (user: string): string => READER + user.slice(FIRST_USER.length);

/**
 * Of a user who came after the first: "nami-<request>-<made><random>", or of a reader beside one. The request for which it was made
 * and the rest have 8 digits in hex each; `made` are seconds since the epoch.
 */
const LATER_USER = /^nami(?:-reader)?-(?<request>[0-9a-f]{8})-(?<made>[0-9a-f]{8})[0-9a-f]{8}$/;

/** The request that a user was made for; undefined of the first one. */
export const requestOfUser = (user: string): string | undefined => LATER_USER.exec(user)?.groups?.request;

/** When a user of ours was made, so that later ones compare as greater; undefined of anybody else. */
const madeAt = (user: string): string | undefined =>
  user === FIRST_USER || user === READER ? '' : LATER_USER.exec(user)?.groups?.made;

/**
 * The users of a database, among all its users, who were there before `present`. One who came after it is none, although nobody
 * may log in as that one yet: it may be just about to take the place of `present`.
 */
export function formerUsersOf(users: readonly string[], present: string): string[] {
  const limit = madeAt(present) ?? '';
  return users.filter((user) => (madeAt(user) ?? limit) < limit);
}

/** A reader of ours. */
export const isReader = (user: string): boolean => user.startsWith(READER) && madeAt(user) !== undefined;

/** What `spec.source` says, without its secrets. */
export interface SourceSettings {
  readonly type: SourceType;
  /** What is known of a named sender that the functions have no code for. */
  readonly sender?: SenderSettings | undefined;
  /** How far a signed timestamp may be from now, either way, in seconds. */
  readonly toleranceSeconds: number;
  /** How the sender signs; with source HMAC, and only with it. */
  readonly hmac?: HmacSettings | undefined;
  /** How the sender signs; with source PublicKey, and only with it. */
  readonly publicKey?: PublicKeyScheme | undefined;
  /** What its token has to say; with source JWT, and only with it. */
  readonly jwt?: JwtSettings | undefined;
  /** The topics whose messages are taken, by their ARNs; with source SNS, and only with it. */
  readonly sns?: { readonly topicArns: readonly string[] } | undefined;
  /** With source ApiKey: the header that carries the key, or in place of it the parameter of the query. */
  readonly apiKey?: { readonly header: string; readonly query?: string | undefined } | undefined;
  /** The endpoint's URL as the sender has it, for a sender that signs it. */
  readonly publicUrl?: string | undefined;
  /** Questions that are answered beside those of the source's own. */
  readonly handshakes?: readonly HandshakeSettings[] | undefined;
  /** Where an event's identity is, in place of the source's own. */
  readonly eventId?: EventIdSettings | undefined;
  /** The events that are stored, if not all. */
  readonly only?: OnlySettings | undefined;
  /** Headers that are stored with an event beside those that are anyway. */
  readonly keepHeaders?: readonly string[] | undefined;
}

/**
 * By its name in lower case, a header that may prove who sends, whoever the sender is: a key, a token, a signature. The
 * API server, which checks what a user names, reads the same expressions.
 */
export const PROOF_HEADER = {
  looksLike:
    /auth([^o]|$)|authori[sz]|signature|hmac|token|secret|passw|passphrase|credential|cookie|keys?([-_]|$)|jwt|bearer|session|(^|[-_])(sig|sign|signed|mac|pass|pwd|pin|otp|sid|csrf|xsrf|cert|proof)([-_]|$)/,
  /** What tells events apart, although it is called a key. */
  butNot:
    /(idempotency[-_]?(key|token)|(^|[-_])(dedup|dedupe|deduplication|event|message|delivery)[-_]?key)$/,
} as const;

/** Whether a header, by its name in lower case, is one that is never stored. */
export function isProofHeader(name: string): boolean {
  return PROOF_HEADER.looksLike.test(name) && !PROOF_HEADER.butNot.test(name);
}

export const HMAC_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;
export const HMAC_ENCODINGS = ['hex', 'base64', 'base64url'] as const;
export const KEY_ENCODINGS = ['text', 'hex', 'base64'] as const;
export const TIMESTAMP_FORMATS = ['seconds', 'milliseconds', 'iso8601'] as const;
export type TimestampFormat = (typeof TIMESTAMP_FORMATS)[number];

/** A place in a JSON body: `$`, then `.name` and `[index]` steps. */
export const JSON_PATH = /\$(?:\.[A-Za-z0-9_-]+|\[[0-9]+\])+/;

/** A place of a list, or with `[*]` of those in each element of a list; `$` alone is the body. */
export const EACH_PATH = /\$(?:\.[A-Za-z0-9_-]+|\[(?:[0-9]+|\*)\])*/;

/** What may stand in the braces of a template: the API server and the function read the same expression. */
export const HMAC_PLACEHOLDER = new RegExp(
  [
    'body|timestamp|method|url|path|query|headers?:[A-Za-z0-9_-]+',
    `json:${JSON_PATH.source}`,
    'form:(?:[*]|[A-Za-z0-9_.-]+)',
  ].join('|'),
);

/** A signature that is an HMAC in a header. */
export interface HmacSettings {
  readonly header?: string | undefined;
  /** In place of one: headers of which any may carry a right signature. */
  readonly headers?: readonly string[] | undefined;
  /** Of a header that holds more than one digest. */
  readonly parts?:
    | {
        readonly separator: string;
        readonly assignment: string;
        /** Key of the parts that are signatures. */
        readonly signature: string;
      }
    | undefined;
  readonly algorithm: (typeof HMAC_ALGORITHMS)[number];
  readonly encoding: (typeof HMAC_ENCODINGS)[number];
  /** How a secret writes the key; absent: it is the key. */
  readonly keyEncoding?: (typeof KEY_ENCODINGS)[number] | undefined;
  /** What stands before the digest in the header. */
  readonly prefix: string;
  /** What is signed: text in which placeholders in braces ({@link HMAC_PLACEHOLDER}) stand for what was received. */
  readonly template: string;
  /** The header with the `{timestamp}`, in Unix seconds. */
  readonly timestampHeader?: string | undefined;
  readonly timestamp?: TimestampSettings | undefined;
}

/** Where a signed time is: exactly one of these. */
export interface TimestampSettings {
  readonly header?: string | undefined;
  /** Key of the part of the signature's header. */
  readonly part?: string | undefined;
  readonly jsonPath?: string | undefined;
  readonly format: TimestampFormat;
}

/** An HMAC as a named sender makes it: what is not said is SHA-256, the bare digest and the body alone. */
export type HmacScheme = Pick<HmacSettings, 'encoding'> & Partial<HmacSettings>;

export const PUBLIC_KEY_ALGORITHMS = ['ed25519', 'ecdsa-p256-sha256', 'rsa-sha256'] as const;

/** A signature by the sender's private key; a secret holds the public one, in PEM, as a JSON Web Key, or in base64 or hex of DER. */
export type PublicKeyScheme = Omit<HmacScheme, 'algorithm' | 'keyEncoding'> & {
  readonly algorithm: (typeof PUBLIC_KEY_ALGORITHMS)[number];
};

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;

/** A JSON Web Token (RFC 7519) in a header, behind the word Bearer or alone. */
export interface JwtSettings {
  readonly header: string;
  /** The one that is taken, whatever a token says of itself. */
  readonly algorithm: (typeof JWT_ALGORITHMS)[number];
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
  /** Name of the claim with the body's SHA-256 in hex. */
  readonly bodyHashClaim?: string | undefined;
}

/** An HMAC (SHA-256) of some fields of a JSON body, which stands in it: once, or in each item of a list. */
export interface BodyHmacScheme extends Pick<HmacSettings, 'encoding' | 'keyEncoding'> {
  /** The list; each of its items has to be signed. Absent: the body is the one item. */
  readonly items?: string;
  /** Where in an item its signature stands, and what is signed: fields, one after the other. */
  readonly signature: string;
  readonly fields: readonly string[];
  readonly separator: string;
  /** The one of them that is the time, in Unix seconds. */
  readonly timestamp?: string;
}

/** How a delivery of a named sender proves where it comes from: exactly one of these. */
export interface SchemeSettings {
  readonly hmac?: HmacScheme;
  readonly publicKey?: PublicKeyScheme;
  readonly bodyHmac?: BodyHmacScheme;
  readonly jwt?: JwtSettings;
  /** The secret itself, in a header, the query or at a place in a JSON body. */
  readonly token?: { readonly header: string } | { readonly query: string } | { readonly jsonPath: string };
  /** `user:password` or a bearer token in `Authorization`. */
  readonly authorization?: 'Basic' | 'Bearer';
  /** Signed as Standard Webhooks says; `or-text`: or with the text of the secret, as it stands, for a key. */
  readonly standardWebhooks?: true | 'or-text';
}

/**
 * What may stand in the braces of a text about a request: `header:Name`, `query:name`, `form:name`,
 * `json:$.path` or `bodySha256`. A text with a place that is empty says nothing.
 */
export const PLACE = new RegExp(
  `header:[A-Za-z0-9_-]+|(?:query|form):[A-Za-z0-9_.-]+|json:${JSON_PATH.source}|bodySha256`,
);

/** What a delivery says about its event, as texts with places ({@link PLACE}). */
export interface EventPlaces {
  /** The first that says something is the identity; without any each delivery is an event. */
  readonly id: readonly string[];
  /** The first that says something. */
  readonly type?: readonly string[];
  /** At one place, or at the first of some that says something. */
  readonly sentAt?: { readonly at: string | readonly string[]; readonly format: TimestampFormat };
  /** How often the sender tried again: 0 or nothing the first time. */
  readonly retry?: string;
  /** How often the sender has tried. */
  readonly attempt?: string;
}

export const HANDSHAKE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST'] as const;
export const HANDSHAKE_CONTENT_TYPES = ['text/plain', 'application/json'] as const;

/** A request that is no event but a question, and its answer. */
export interface HandshakeSettings {
  readonly method: (typeof HANDSHAKE_METHODS)[number];
  /** It is the question if these texts with places hold these values; null: any. */
  readonly when?: Readonly<Record<string, string | null>>;
  /** Answered only if it is authentic as a delivery is. */
  readonly signed?: true;
  readonly answer: {
    /** 200 if it isn't said. */
    readonly statusCode?: number;
    /** Of a text; plain if it isn't said. Never one that a browser would run. */
    readonly contentType?: (typeof HANDSHAKE_CONTENT_TYPES)[number];
    /** Texts with places, by the names of headers. */
    readonly headers?: Readonly<Record<string, string>>;
    /** A text with places. */
    readonly text?: string;
    /**
     * In its place an object of such texts, or of the HMAC-SHA256 in hex of one, under the secret that the question is signed
     * with, or the first.
     */
    readonly json?: Readonly<Record<string, string | number | { readonly hmacOf: string }>>;
  };
}

/** How one request brings several events. */
export interface BatchSettings {
  /** Where the list of them is in a JSON body ({@link EACH_PATH}). */
  readonly each: string;
  /** The body is a form, and the JSON in this field of it. */
  readonly form?: string;
  /**
   * Of a body that is a list alone; another is one event, as is each of CloudEvents' binary mode, whose data may be a list.
   */
  readonly ifList?: true;
  /**
   * Nothing in an element tells it from an equal one, before or after it: it is known as the one at its place in its request,
   * and has that one's time.
   */
  readonly byPlace?: true;
  /**
   * What an element says about its event, by places in the element as if that were the body. Without an identity it is
   * known by its bytes.
   */
  readonly event: EventPlaces;
  /** Places in an element ({@link JSON_PATH}) that tell of the delivery: elements that differ in these alone are one event. */
  readonly varying?: readonly string[];
}

/** A named sender as data. */
export interface SenderSettings {
  readonly scheme: SchemeSettings;
  /** Of a request, as a whole. */
  readonly event: EventPlaces;
  readonly batch?: BatchSettings;
  readonly handshakes?: readonly HandshakeSettings[];
}

/** Exactly one of these; with `each` none is needed. */
export interface EventIdSettings {
  /** The elements of this list ({@link EACH_PATH}) are events of their own, and the rest is about each of them. */
  readonly each?: string | undefined;
  readonly header?: string | undefined;
  /** `$`, then `.name` and `[index]` steps. */
  readonly jsonPath?: string | undefined;
  readonly bodySha256?: boolean | undefined;
}

/** Either types, or a place in a JSON body and what may stand there. */
export interface OnlySettings {
  readonly types?: readonly string[] | undefined;
  readonly jsonPath?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

/** What `spec.endpoint.response` says: the answers that the sender sees. */
export interface ResponseSettings {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
  /** Status code for a delivery that is refused because it isn't authentic. */
  readonly rejectedStatusCode: number;
  /** Status code for a delivery that couldn't be put into the queue: the sender must try again. */
  readonly unavailableStatusCode: number;
  /** The endpoint is out of service: with this status code everything is answered. */
  readonly disabledStatusCode?: number;
  /** Refusals have no body: the sender takes any for a fault. */
  readonly emptyRefusals?: boolean;
}

/** Invoked with this event a function does no work but says how it is. */
export const PROBE_EVENT = { nami: 'probe' } as const;

/** What else a probe may ask for. */
export interface ProbeEvent {
  readonly nami: typeof PROBE_EVENT.nami;
  /** A managed store is to bring its data to this release, as "8.0": there is no simple way back. */
  readonly raiseFeatureVersion?: string;
  /** A managed store is to let in whoever comes with this, too. */
  readonly addLogin?: Login;
  /** It is to let in nobody any more who came with a login before this user's, as whom the function has to be in itself. */
  readonly dropLoginsBefore?: string;
}

export function isProbe(event: unknown): event is ProbeEvent {
  return typeof event === 'object' && event !== null && 'nami' in event && event.nami === PROBE_EVENT.nami;
}

/** A setting that keeps a function from working, in words for the user who wrote it. */
export interface SettingsProblem {
  /** Index into the secrets, when one of them is the cause: the operator names the Secret and its key. */
  readonly secret?: number;
  /** The user's own code is the cause. */
  readonly code?: true;
  /** What is wrong and what to change; never the secret itself. */
  readonly message: string;
}

/** Text for a log or a condition, without the user and password that a URL or connection string in it may carry. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/\S*@/g, '//');
}

/** The pre-queue function's answer to a probe. */
export interface PreQueueProbe {
  readonly nami: 'pre-queue';
  /** What would make it refuse every delivery; empty when it can serve. */
  readonly problems: readonly SettingsProblem[];
}

/** The post-queue function's answer to a probe. */
export interface PostQueueProbe {
  readonly nami: 'post-queue';
  readonly problems: readonly SettingsProblem[];
  readonly store: StoreProbe;
}

export type StoreProbe =
  | {
      readonly reachable: true;
      /** Estimated documents in the collection. */
      readonly documents: number;
      /** Of the server, as "8.0.4", where it tells. */
      readonly version?: string;
      /** As of which release a managed store has its data, as "8.0": it can't go back behind that. */
      readonly featureVersion?: string;
      /** Of a ping. */
      readonly latencyMilliseconds?: number;
      /** When the event that is stored for longest was received (ISO 8601), where the index tells. */
      readonly oldestEvent?: string;
      /** Bytes of the file system below the database, where the server tells. */
      readonly disk?: {
        readonly totalBytes: number;
        readonly usedBytes: number;
        /** Room where documents were removed, which no file gives back: it counts as free, and takes other documents alone. */
        readonly reusableBytes?: number;
      };
      /** What {@link readerOf} the function's own login may do, once the user is there. */
      readonly reader?: ReaderRole;
      /** Of a managed store: as whom the function got in. */
      readonly user?: string;
      /** There are logins from before that one. */
      readonly hasFormerLogins?: true;
      /** The user of the login that was to be added, once it has got in. */
      readonly addedUser?: string;
      /** What the store objects to although it takes events, such as an index. */
      readonly objection?: string;
    }
  | {
      readonly reachable: false;
      readonly error: string;
      /** Why, where that can be told. */
      readonly fault?: StoreFault;
    };

/** What is wrong with a server's certificate: it has ended, or is another authority's, or another server's. */
export type TlsFault = 'ended' | 'not-begun' | 'other-authority' | 'other-name';

/**
 * What keeps a function from its store: the certificate; the login, or what its user may do; a name that DNS does not know; a
 * server that does not listen; a network without a way there; no answer in time.
 */
export type StoreFault = TlsFault | 'login' | 'rights' | 'name' | 'refused' | 'no-way' | 'silent';

/** The largest SQS message, attributes included, in bytes (AWS: Amazon SQS message quotas). */
export const SQS_MESSAGE_BYTES = 1_048_576;

/** What the pre-queue function counts in CloudWatch (embedded metric format): a delivery it didn't accept, by reason. */
export const REFUSED_METRIC = {
  namespace: 'Nami',
  name: 'Refused',
  dimensions: ['FunctionName', 'Reason'],
} as const;

/** Likewise, and after the queue where a request brought several: an event that `spec.source.only` leaves out. */
export const UNWANTED_METRIC = { namespace: 'Nami', name: 'Unwanted', dimensions: ['FunctionName'] } as const;

/** What the post-queue function says of a managed host's volume at each probe: AWS has no metric for free space. */
export const VOLUME_METRIC = {
  namespace: 'Nami',
  name: 'VolumeUsedPercent',
  dimensions: ['FunctionName'],
} as const;
