import * as z from 'zod';
import {
  EACH_PATH,
  HANDSHAKE_CONTENT_TYPES,
  HANDSHAKE_METHODS,
  HMAC_ALGORITHMS,
  HMAC_ENCODINGS,
  HMAC_PLACEHOLDER,
  JSON_PATH,
  JWT_ALGORITHMS,
  KEY_ENCODINGS,
  PROOF_HEADER,
  PUBLIC_KEY_ALGORITHMS,
  READER_ROLES,
  TIMESTAMP_FORMATS,
} from '../../handlers/contract.ts';
import { REQUEST_TELLING_TYPES, SOURCE_TYPES, TELLING_TYPES, URL_SIGNING_TYPES } from '../senders/index.ts';
import { STORE_DEFAULTS } from './store-defaults.ts';

/**
 * The custom resource, once: types, defaults, bounds and rules stand here, and `crds/` is generated from it
 * (`npm run generate`). Descriptions are what `kubectl explain` prints, so they are the manual.
 */

export const GROUP = 'nami.dev';
export const VERSION = 'v1alpha1';
export const KIND = 'WebhookPipeline';
export const PLURAL = 'webhookpipelines';
export const FINALIZER = 'nami.dev/pipeline';

/** Annotations by which a user speaks to the operator. */
export const ANNOTATIONS = {
  /** Any new value makes the operator look at the pipeline (and its Secrets) at once. */
  reconcileRequestedAt: 'nami.dev/reconcile-requested-at',
  /** "true" lets a deletion go on although its queue or dead-letter queue still holds events: they are lost. */
  discardEvents: 'nami.dev/discard-events',
  /** "true" lets a pipeline take over what one in an earlier namespace of the same name left behind. */
  takeOver: 'nami.dev/take-over',
  /** Id of a volume that is given up: the pipeline may begin with a new, empty one in its place. */
  replaceVolume: 'nami.dev/replace-volume',
  /** Id of a host that another is to take the place of; it says nothing of any other host. */
  replaceHost: 'nami.dev/replace-host',
  /** Any new value has the credentials of a managed store rotated. */
  rotateCredentials: 'nami.dev/rotate-credentials',
} as const;

/** A CEL rule of the API server with the message that tells the user what to change. */
interface Rule {
  readonly rule: string;
  readonly message: string;
  /** The field that the message is about, where the rule stands further up. */
  readonly fieldPath?: string;
}
const rules = (...list: Rule[]) => ({ 'x-kubernetes-validations': list });

/** A rule that the operator checks by itself too: what was stored before the rule came is refused in its words. */
interface CheckedRule<T> extends Rule {
  readonly holds: (value: T) => boolean;
}
const checked = <T extends z.ZodType>(schema: T, ...list: CheckedRule<z.output<T>>[]) =>
  schema
    .superRefine((value, context) => {
      for (const { holds, message } of list) {
        if (!holds(value)) context.addIssue({ code: 'custom', message });
      }
    })
    .meta(rules(...list.map(({ holds: _, ...rule }) => rule)));

/** An array whose items are keyed, so that server-side apply merges it by those keys. */
const listMap = (...keys: string[]) => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': keys,
});

const text = (maximum: number, description: string) => z.string().min(1).max(maximum).describe(description);
const integer = (minimum: number, maximum: number, description: string) =>
  z.int().min(minimum).max(maximum).describe(description);

/** Text of a certain form. The rule says in words what a `pattern` would answer with a bare regular expression. */
const formed = (maximum: number, form: RegExp, message: string) =>
  z
    .string()
    .max(maximum)
    .regex(form, message)
    .meta(rules({ rule: `self.matches(r'${form.source}')`, message }));

const keyRef = (kind: 'Secret' | 'ConfigMap') => (description: string) =>
  z
    .object({
      name: formed(
        253,
        /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/,
        `the name of a ${kind} has lower-case letters, digits, - and . only`,
      ).describe(`Name of a ${kind} in the namespace of the pipeline.`),
      key: formed(
        253,
        /^[-._a-zA-Z0-9]+$/,
        `the key within a ${kind} has letters, digits, -, _ and . only`,
      ).describe(`Key of the value within the ${kind}.`),
    })
    .describe(description);

const secretKeyRef = keyRef('Secret');
const configMapKeyRef = keyRef('ConfigMap');

/** Service Unavailable and Gone. (RFC 9110, sections 15.6.4 and 15.5.11.) */
const DISABLED_STATUS_CODES = [503, 410];

const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/** What may become of a volume with its pipeline. */
export const RECLAIM_POLICIES = ['Retain', 'Delete', 'Snapshot'] as const;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const headerName = (description: string) =>
  formed(
    100,
    /^[A-Za-z0-9_-]+$/,
    'the name of a header has letters, digits, - and _ only, without the colon',
  ).describe(description);

const jsonPath = (field: string) =>
  formed(
    256,
    new RegExp(`^${JSON_PATH.source}$`),
    `${field} starts with $ and has steps .name and [0], such as $.data.id`,
  );

const parameterName = (field: string) =>
  formed(100, /^[A-Za-z0-9_.-]+$/, `${field} is the name of a parameter: letters, digits, _, . and - only`);

/** Where in a request something stands. */
const requestPlace = (field: string) => ({
  header: headerName('In this header.').optional(),
  query: parameterName(`${field}.query`).optional().describe('In this parameter of the query.'),
  jsonPath: jsonPath(`${field}.jsonPath`)
    .optional()
    .describe('There in a JSON body, such as $.challenge: a text or a whole number.'),
});

const onePlace = (
  field: string,
): CheckedRule<{ [Kind in 'header' | 'query' | 'jsonPath']?: string | undefined }> => ({
  rule: '[has(self.header), has(self.query), has(self.jsonPath)].filter(given, given).size() == 1',
  message: `${field} takes exactly one of header, query and jsonPath`,
  holds: ({ header, query, jsonPath: path }) =>
    [header, query, path].filter((given) => given !== undefined).length === 1,
});

const handshake = checked(
  z.object({
    method: z.enum(HANDSHAKE_METHODS).describe('Method of the request.'),
    challenge: checked(z.object(requestPlace('handshake.challenge')), onePlace('handshake.challenge'))
      .optional()
      .describe('What is given back. A request without it is no handshake.'),
    when: checked(
      z.object({
        ...requestPlace('handshake.when'),
        value: text(256, 'What stands there, such as url_verification.'),
      }),
      onePlace('handshake.when'),
    )
      .optional()
      .describe('What tells the request from others of its method.'),
    signed: z
      .boolean()
      .describe('True: it is answered only if it is authentic as a delivery is.')
      .default(false),
    answer: checked(
      z.object({
        statusCode: integer(200, 299, 'Status code.').default(200),
        contentType: z
          .enum(HANDSHAKE_CONTENT_TYPES)
          .describe('Content type of the challenge as the whole body; a JSON object has its own.')
          .default('text/plain'),
        header: headerName('In place of the body: header in which the challenge is given back.').optional(),
        jsonField: formed(
          100,
          /^[A-Za-z0-9_.-]+$/,
          'answer.jsonField is the name of a member: letters, digits, _, . and - only',
        )
          .optional()
          .describe('In place of the bare challenge: member of a JSON object that has it.'),
      }),
      {
        rule: '!has(self.header) || !has(self.jsonField)',
        message: 'answer takes one of header and jsonField: take the other out',
        holds: ({ header, jsonField }) => header === undefined || jsonField === undefined,
      },
      {
        rule: "!has(self.header) || !(self.header.lowerAscii() in ['content-type', 'content-length', 'transfer-encoding', 'connection', 'set-cookie', 'location'])",
        message:
          'answer.header names a header that means something to every client: name the one that the sender waits for',
        holds: ({ header = '' }) =>
          !/^(content-type|content-length|transfer-encoding|connection|set-cookie|location)$/i.test(header),
      },
    )
      .prefault({})
      .describe('How it is answered: with the challenge as the body, unless header or jsonField is given.'),
  }),
  {
    rule: "self.method != 'POST' || has(self.challenge) || has(self.when)",
    message:
      'a handshake by POST needs challenge or when, or every delivery would be taken for one: say how it is told from an event',
    holds: ({ method, challenge, when }) =>
      method !== 'POST' || challenge !== undefined || when !== undefined,
  },
  {
    rule: 'has(self.challenge) || (!has(self.answer.header) && !has(self.answer.jsonField))',
    message: 'answer.header and answer.jsonField give the challenge back: say in challenge where it stands',
    holds: ({ challenge, answer: { header, jsonField } }) =>
      challenge !== undefined || (header === undefined && jsonField === undefined),
  },
);

const endpoint = z
  .object({
    path: formed(
      63,
      LABEL,
      'endpoint.path has lower-case letters, digits and hyphens only, and starts and ends with a letter or digit',
    )
      .optional()
      .describe(
        'Last part of the URL, after /nami/: lower-case letters, digits and hyphens. Unique in the region for this operator; the older pipeline keeps a path that two ask for. Default: the name of the pipeline. It cannot be changed, since senders hold the URL.',
      ),
    response: z
      .object({
        statusCode: integer(
          200,
          299,
          'Status code for a delivery that is safely in the queue. Default: 200, or what the sender waits for.',
        ).optional(),
        contentType: formed(
          100,
          /^[\w.+-]+\/[\w.+-]+(; ?[ -~]+)?$/,
          'contentType must be a media type, such as application/json',
        )
          .describe('Content type of the answer.')
          .default('application/json'),
        body: z
          .string()
          .max(1024)
          .describe('Body of the answer. Default: {"received":true}, or what the sender waits for.')
          .optional(),
        rejectedStatusCode: integer(
          400,
          499,
          'Status code for a delivery that is refused because its signature is not right.',
        ).default(401),
        unavailableStatusCode: integer(
          500,
          599,
          'Status code for a delivery that could not be put into the queue. It is a server error, so that senders try again.',
        ).default(503),
        disabledStatusCode: z
          .literal(DISABLED_STATUS_CODES)
          .describe(
            'Status code while endpoint.enabled is false; 503 or 410. With 503 most senders try again for a while, with 410 many give the subscription up.',
          )
          .default(503),
      })
      .prefault({})
      .describe('What the sender is answered.'),
    handshake: handshake
      .optional()
      .describe(
        'A question that the sender asks before its first event, and its answer; nothing of it is stored. For senders without a type of their own, whose questions are answered anyway.',
      ),
    enabled: z
      .boolean()
      .describe(
        'False: every request is answered with response.disabledStatusCode, and nothing of it is stored. What is in the queue already is stored.',
      )
      .default(true),
    throttle: z
      .object({
        rateLimit: integer(1, 10_000, 'Steady deliveries a second.'),
        burstLimit: integer(1, 5_000, 'Deliveries at once above the steady rate.'),
      })
      .optional()
      .describe(
        'A bound for this endpoint, below the one of the account. Deliveries above it are answered 503 with Retry-After. Default: none of its own.',
      ),
  })
  .prefault({})
  .describe('The URL that senders post to.');

const partKey = (description: string) =>
  formed(32, /^[A-Za-z0-9_-]+$/, 'the key of a part has letters, digits, - and _ only').describe(description);

const signatureParts = checked(
  z.object({
    signature: partKey('Key of the parts that are signatures, such as v1. One that is right is enough.'),
    separator: formed(2, /^[ ,;:&|.]{1,2}$/, 'parts.separator is one or two of , ; : & | . and a blank')
      .describe('What stands between two parts.')
      .default(','),
    assignment: formed(1, /^[=:,.]$/, 'parts.assignment is one of = : , and .')
      .describe('What stands between the key of a part and its value.')
      .default('='),
  }),
  {
    rule: '!self.separator.contains(self.assignment)',
    message: 'parts.separator and parts.assignment must differ, or no part has a value',
    holds: ({ separator, assignment }) => !separator.includes(assignment),
  },
);

/** Where a signed time is. `field`: what of the source describes the signature. */
const signedTime = (field: string) =>
  checked(
    z.object({
      header: headerName('Header that carries the time.').optional(),
      part: partKey('Key of the part of the header that is the time, such as t.').optional(),
      jsonPath: jsonPath(`${field}.timestamp.jsonPath`)
        .optional()
        .describe('Where the time stands in a JSON body, such as $.sentAt: a text or a whole number.'),
      format: z
        .enum(TIMESTAMP_FORMATS)
        .describe(
          'How the time is written: in seconds or milliseconds since 1970, or as 2026-01-02T03:04:05Z.',
        )
        .default('seconds'),
    }),
    {
      rule: '[has(self.header), has(self.part), has(self.jsonPath)].filter(given, given).size() == 1',
      message: `${field}.timestamp takes exactly one of header, part and jsonPath`,
      holds: (time) =>
        [time.header, time.part, time.jsonPath].filter((given) => given !== undefined).length === 1,
    },
  );

/** What any signature is described by, whatever its key. */
const signatureFields = (field: string) => ({
  header: headerName('Header that carries the signature.').optional(),
  headers: z
    .array(headerName('Name of a header, in any case.'))
    .min(1)
    .max(5)
    .optional()
    .describe('In place of header: headers of which any may carry a right signature.')
    .meta({ 'x-kubernetes-list-type': 'set' }),
  parts: signatureParts
    .optional()
    .describe('How the header is made up if it holds more than one signature, as t=…,v1=…,v1=… does.'),
  prefix: z.string().max(32).describe('What stands before the signature, such as sha256=.').default(''),
  template: formed(
    256,
    new RegExp(`^([^{}]|\\{(${HMAC_PLACEHOLDER.source})\\})*$`),
    `${field}.template may hold {body}, {timestamp}, {method}, {url}, {path}, {query}, {header:Name}, {headers:Name}, {json:$.path}, {form:Name} and {form:*}, and no other braces`,
  )
    .describe(
      'What is signed. In place of {body} comes the body as it was sent, of {timestamp} the time, of {method} POST, of {url}, {path} and {query} the URL that was called (or publicUrl) and its parts, of {header:Name}, {json:$.path} and {form:Name} a header, a place in a JSON body and a field of a form, of {form:*} all fields in order, and of {headers:Name} the headers that the one of this name lists.',
    )
    .default('{body}'),
  timestampHeader: headerName(
    'Header that carries the time, in Unix seconds. It is held to toleranceSeconds.',
  ).optional(),
  timestamp: signedTime(field)
    .optional()
    .describe('Where the time is, if not in Unix seconds in a header. It is held to toleranceSeconds.'),
});

type Given<T> = T | undefined;
interface Signature {
  readonly header?: Given<string>;
  readonly headers?: Given<readonly string[]>;
  readonly parts?: Given<{ readonly signature: string }>;
  readonly prefix: string;
  readonly template: string;
  readonly timestampHeader?: Given<string>;
  readonly timestamp?: Given<{ readonly part?: Given<string>; readonly jsonPath?: Given<string> }>;
}

const signatureRules = (field: string): CheckedRule<Signature>[] => [
  {
    rule: 'has(self.header) != has(self.headers)',
    message: `${field} takes exactly one of header and headers: name what carries the signature`,
    holds: ({ header, headers }) => (header === undefined) !== (headers === undefined),
  },
  {
    rule: "self.template.contains('{body}') || self.template.contains('{form:*}')",
    message: `${field}.template must hold {body}, or {form:*} for a form: a signature that leaves the body out proves nothing about it`,
    holds: ({ template }) => template.includes('{body}') || template.includes('{form:*}'),
  },
  {
    rule: '!has(self.timestampHeader) || !has(self.timestamp)',
    message: `${field} takes one of timestampHeader and timestamp: timestamp.header says the same`,
    holds: ({ timestampHeader, timestamp }) => timestampHeader === undefined || timestamp === undefined,
  },
  {
    rule: "(has(self.timestampHeader) || (has(self.timestamp) && !has(self.timestamp.jsonPath))) == self.template.contains('{timestamp}') || (self.template.contains('{headers:') && !(has(self.timestamp) && has(self.timestamp.part)))",
    message: `${field}.timestampHeader, timestamp.header or timestamp.part and {timestamp} in ${field}.template belong together: a time that is not signed can be replaced by anyone`,
    holds: ({ timestampHeader, timestamp, template }) =>
      (timestampHeader !== undefined || (timestamp !== undefined && timestamp.jsonPath === undefined)) ===
        template.includes('{timestamp}') ||
      // A list of headers has to name that with the time.
      (template.includes('{headers:') && timestamp?.part === undefined),
  },
  {
    rule: "!has(self.timestamp) || !has(self.timestamp.jsonPath) || self.template.contains('{body}')",
    message: `${field}.timestamp.jsonPath is in the body: {body} must be in ${field}.template, or the time is not signed`,
    holds: ({ timestamp, template }) => timestamp?.jsonPath === undefined || template.includes('{body}'),
  },
  {
    rule: '!has(self.timestamp) || !has(self.timestamp.part) || (has(self.parts) && self.parts.signature != self.timestamp.part && has(self.header))',
    message: `${field}.timestamp.part is a part of the one header: give header and parts, and the time another key than the signature`,
    holds: ({ timestamp, parts, header }) =>
      timestamp?.part === undefined ||
      (parts !== undefined && parts.signature !== timestamp.part && header !== undefined),
  },
  {
    rule: "!has(self.parts) || self.prefix == ''",
    message: `${field}.prefix stands before a lone signature: leave it out, or leave parts out`,
    holds: ({ parts, prefix }) => parts === undefined || prefix === '',
  },
];

const hmac = checked(
  z.object({
    ...signatureFields('hmac'),
    algorithm: z.enum(HMAC_ALGORITHMS).describe('Hash of the HMAC.').default('sha256'),
    encoding: z.enum(HMAC_ENCODINGS).describe('How the header writes the digest.').default('hex'),
    keyEncoding: z
      .enum(KEY_ENCODINGS)
      .describe('How the secret writes the key: as it is, or in hex or base64.')
      .default('text'),
  }),
  ...signatureRules('hmac'),
)
  .optional()
  .describe('How the sender signs; for type HMAC.');

/** Public keys of a sender. `field`: what of the source has them. */
const publicKeys = (field: string) =>
  z
    .array(
      checked(
        z.object({
          value: text(
            4096,
            'The key itself: PEM, a JSON Web Key, or base64 or hex of DER or of the bare key (ed25519, P-256).',
          ).optional(),
          configMapKeyRef: configMapKeyRef('The ConfigMap key that holds it.').optional(),
          secretKeyRef: secretKeyRef('The Secret key that holds it.').optional(),
        }),
        {
          rule: '[has(self.value), has(self.configMapKeyRef), has(self.secretKeyRef)].filter(given, given).size() == 1',
          message: `an entry of ${field}.keys takes exactly one of value, configMapKeyRef and secretKeyRef`,
          holds: ({ value, configMapKeyRef: configMap, secretKeyRef: secret }) =>
            [value, configMap, secret].filter((given) => given !== undefined).length === 1,
        },
      ),
    )
    .min(1)
    .max(3)
    .describe(
      'Public keys of the sender, 1 to 3: a delivery that is signed with any of them is accepted, which is how one is rotated.',
    )
    .meta({ 'x-kubernetes-list-type': 'atomic' });

const publicKey = checked(
  z.object({
    ...signatureFields('publicKey'),
    algorithm: z.enum(PUBLIC_KEY_ALGORITHMS).describe('How the sender signs.'),
    encoding: z.enum(HMAC_ENCODINGS).describe('How the header writes the signature.').default('base64'),
    keys: publicKeys('publicKey'),
  }),
  ...signatureRules('publicKey'),
)
  .optional()
  .describe('How the sender signs with its private key; for type PublicKey.');

const jwt = checked(
  z.object({
    header: headerName('Header that carries the token, behind the word Bearer or alone.').default(
      'Authorization',
    ),
    algorithm: z.enum(JWT_ALGORITHMS).describe('The one algorithm that is taken.'),
    keys: publicKeys('jwt').optional(),
    audience: text(
      256,
      'What must be among the audience (aud) of a token. Default: it may have any.',
    ).optional(),
    issuer: text(256, 'What must be the issuer (iss) of a token. Default: it may have any.').optional(),
    bodyHashClaim: formed(
      100,
      /^[A-Za-z0-9_-]+$/,
      'jwt.bodyHashClaim is the name of a claim: letters, digits, - and _ only',
    )
      .optional()
      .describe(
        'Claim that holds the SHA-256 of the body, in hex. Without it a token proves who sends, and nothing of the body.',
      ),
  }),
  {
    rule: "(self.algorithm == 'HS256') != has(self.keys)",
    message:
      'jwt.algorithm HS256 takes a secret in secretRefs and no keys, RS256 and ES256 take public keys in jwt.keys',
    holds: ({ algorithm, keys }) => (algorithm === 'HS256') !== (keys !== undefined),
  },
)
  .optional()
  .describe('What the token of a delivery has to say; for type JWT.');

const apiKey = checked(
  z.object({
    header: headerName('Header that carries the key.').default('X-Api-Key'),
    query: parameterName('apiKey.query')
      .optional()
      .describe('In place of header: parameter of the query that carries the key, such as code.'),
  }),
  {
    rule: "!has(self.query) || self.header == 'X-Api-Key'",
    message: 'apiKey takes one of header and query: take the other out',
    holds: ({ header, query }) => query === undefined || header === 'X-Api-Key',
  },
)
  .optional()
  .describe('Where the key is; for type ApiKey. Default: in the header X-Api-Key.');

const eventId = z
  .object({
    each: formed(
      256,
      new RegExp(`^${EACH_PATH.source}$`),
      'eventId.each starts with $ and has steps .name, [0] and [*], such as $.data.items',
    )
      .optional()
      .describe(
        'Where a JSON body holds the list of its events, such as $.events, $ for the body itself, or $.entry[*].changes for lists in a list: each element is an event, and jsonPath a place in it. Without jsonPath it is known by its bytes.',
      ),
    header: headerName('Header that carries the identity.').optional(),
    jsonPath: jsonPath('eventId.jsonPath')
      .optional()
      .describe('Where the identity stands in a JSON body, such as $.data.id: a text or a whole number.'),
    bodySha256: z.boolean().optional().describe('True: equal bodies are one event.'),
  })
  .optional()
  .describe(
    'What makes two deliveries one event. A delivery without it is an event of its own. Default: what the sender of this type gives as identity.',
  )
  .meta(
    rules(
      {
        rule: 'has(self.each) || [has(self.header), has(self.jsonPath), has(self.bodySha256) && self.bodySha256].filter(given, given).size() == 1',
        message: 'eventId takes exactly one of header, jsonPath and bodySha256: true',
      },
      {
        rule: '!has(self.each) || !(has(self.header) || (has(self.jsonPath) && has(self.bodySha256) && self.bodySha256))',
        message:
          'with eventId.each an event is known by jsonPath, a place in its element, or by its bytes: leave out header, which is the same for all, and one of jsonPath and bodySha256',
      },
    ),
  );

/** Whether a header may be what proves who sends, as a CEL expression over its name in lower case. */
const isProof = (name: string) => {
  const { looksLike, butNot } = PROOF_HEADER;
  const ofSettings =
    "[has(self.hmac) && has(self.hmac.header) ? self.hmac.header.lowerAscii() : '', has(self.publicKey) && has(self.publicKey.header) ? self.publicKey.header.lowerAscii() : '', has(self.jwt) ? self.jwt.header.lowerAscii() : '', has(self.apiKey) ? self.apiKey.header.lowerAscii() : '']";
  const ofLists = ['hmac', 'publicKey']
    .map(
      (field) =>
        `(has(self.${field}) && has(self.${field}.headers) && self.${field}.headers.exists(one, one.lowerAscii() == ${name}))`,
    )
    .join(' || ');
  return `(${name} in ${ofSettings} || ${ofLists} || (${name}.matches(r'${looksLike.source}') && !${name}.matches(r'${butNot.source}')))`;
};

const only = checked(
  z.object({
    types: z
      .array(text(128, 'An event type, exactly as the sender writes it.'))
      .min(1)
      .max(50)
      .optional()
      .describe('Event types that are stored, for a sender that says one.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
    jsonPath: jsonPath('only.jsonPath')
      .optional()
      .describe(
        'In place of types: a place in a JSON body, such as $.data.status, with a text or a whole number.',
      ),
    values: z
      .array(text(128, 'What may stand there.'))
      .min(1)
      .max(50)
      .optional()
      .describe('What an event that is stored has at jsonPath.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
  }),
  {
    rule: 'has(self.types) != has(self.jsonPath) && has(self.jsonPath) == has(self.values)',
    message: 'only takes either types, or jsonPath and values',
    holds: ({ types, jsonPath: path, values }) =>
      (types === undefined) !== (path === undefined) && (path === undefined) === (values === undefined),
  },
);

const sns = z
  .object({
    topicArns: z
      .array(
        formed(
          256,
          /^arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$/,
          'sns.topicArns holds ARNs of topics, such as arn:aws:sns:eu-central-1:111122223333:orders',
        ),
      )
      .min(1)
      .max(20)
      .describe(
        'Topics whose messages are taken. Anybody can have SNS sign messages, from topics of their own.',
      )
      .meta({ 'x-kubernetes-list-type': 'set' }),
  })
  .optional()
  .describe('Which messages of Amazon SNS are taken; for type SNS.');

const quoted = (types: readonly string[]) => types.map((type) => `'${type}'`).join(', ');

const source = z
  .object({
    type: z
      .enum(SOURCE_TYPES)
      .describe(
        'Who sends, and so how a delivery is verified and an event recognised. HMAC, PublicKey, JWT, ApiKey, Basic and Bearer are for senders without a name here; None accepts everything.',
      )
      .default('None'),
    secretRefs: z
      .array(secretKeyRef('A signing secret or token, as the sender shows it.'))
      .max(3)
      .optional()
      .describe(
        'Signing secrets, 1 to 3, or tokens: a delivery with any of them is accepted, which is how one is rotated. The current one comes first.',
      )
      .meta(listMap('name', 'key')),
    toleranceSeconds: integer(
      1,
      86_400,
      'How far the time in a signature may be from now, in seconds, to both sides. For senders that sign a time.',
    ).default(300),
    hmac,
    publicKey,
    jwt,
    sns,
    apiKey,
    publicUrl: formed(
      512,
      /^https:\/\/[^\s#]+$/,
      'publicUrl must be a URL that starts with https:// and has no # in it',
    )
      .optional()
      .describe(
        'URL of the endpoint exactly as the sender has it, query included; for senders that sign it. Needed if that URL has a query, or if something before the gateway changes host or path. Default: the URL that was called.',
      ),
    eventId,
    only: only
      .optional()
      .describe(
        'Which events are stored. All others are verified and answered like these, and counted in the metric Unwanted, but not stored. An event of which it can not be told, such as one in a compressed body, is stored. Where a request brings several events, each is judged by itself, at places in it. Default: all.',
      ),
    keepHeaders: z
      .array(headerName('Name of a header, in any case.'))
      .max(20)
      .optional()
      .describe(
        'Headers to store with an event beside those that are stored anyway (docs/sources/README.md says which). None that proves who sends.',
      )
      .meta({ 'x-kubernetes-list-type': 'set' }),
  })
  .prefault({})
  .describe('Who sends.')
  .meta(
    rules(
      {
        rule: "self.type in ['None', 'PublicKey', 'SNS'] || (has(self.jwt) && has(self.jwt.keys)) || (has(self.secretRefs) && size(self.secretRefs) > 0)",
        message: 'this source type verifies signatures: name its signing secret in secretRefs',
      },
      {
        rule: "self.type != 'None' || !has(self.secretRefs) || size(self.secretRefs) == 0",
        message:
          'type None verifies nothing: remove secretRefs, or set type to the sender whose secret this is',
      },
      {
        rule: "(self.type != 'PublicKey' && !(has(self.jwt) && has(self.jwt.keys) && self.jwt.algorithm != 'HS256')) || !has(self.secretRefs) || size(self.secretRefs) == 0",
        message: 'public keys stand in publicKey.keys or jwt.keys, and are no secrets: take secretRefs out',
      },
      {
        rule: "self.type != 'SNS' || !has(self.secretRefs) || size(self.secretRefs) == 0",
        message: "type SNS verifies by certificates of Amazon's, and there is no secret: take secretRefs out",
      },
      {
        rule: "(self.type == 'SNS') == has(self.sns)",
        message:
          'sns and type SNS belong together: give sns.topicArns with the topics that you subscribe to, or take sns out',
      },
      {
        rule: "(self.type == 'PublicKey') == has(self.publicKey)",
        message:
          'publicKey and type PublicKey belong together: give publicKey with algorithm, keys and header, or take it out',
      },
      {
        rule: "(self.type == 'JWT') == has(self.jwt)",
        message: 'jwt and type JWT belong together: give jwt with algorithm, or take it out',
      },
      {
        rule: "self.type != 'HMAC' || has(self.hmac)",
        message: 'type HMAC needs to know how the sender signs: give hmac, with hmac.header at least',
      },
      {
        rule: "self.type == 'HMAC' || !has(self.hmac)",
        message: 'hmac describes a sender of type HMAC: remove it, or set type to HMAC',
      },
      {
        rule: "self.type == 'ApiKey' || !has(self.apiKey)",
        message: 'apiKey belongs to type ApiKey: remove it, or set type to ApiKey',
      },
      {
        rule: `self.type in [${quoted(URL_SIGNING_TYPES)}] || !has(self.publicUrl) || (has(self.hmac) && self.hmac.template.matches('[{](url|path|query)[}]')) || (has(self.publicKey) && self.publicKey.template.matches('[{](url|path|query)[}]'))`,
        message:
          'publicUrl is for senders that sign the URL: remove publicUrl, or set type to one that does, such as Twilio, or to HMAC or PublicKey with {url}, {path} or {query} in the template',
      },
      {
        rule: `!has(self.only) || !has(self.only.types) || (has(self.eventId) ? !has(self.eventId.each) && self.type in [${quoted(REQUEST_TELLING_TYPES)}] : self.type in [${quoted(TELLING_TYPES)}])`,
        fieldPath: '.only.types',
        message:
          'of such an event no type is known, for its sender tells none or eventId says where else to look: name a place in its body, or in an element of eventId.each, in only.jsonPath and only.values instead',
      },
      {
        rule: `!has(self.eventId) || !has(self.eventId.header) || !${isProof('self.eventId.header.lowerAscii()')}`,
        fieldPath: '.eventId.header',
        message:
          'eventId.header names a header that proves who sends, as a key, a token or a signature does, and an identity is stored: name one that differs from event to event, or use jsonPath or bodySha256',
      },
      {
        rule: `!has(self.keepHeaders) || self.keepHeaders.all(each, !${isProof('each.lowerAscii()')})`,
        fieldPath: '.keepHeaders',
        message:
          'keepHeaders names a header that proves who sends, as a key, a token or a signature does: take it out, for it is never stored',
      },
    ),
  );

/** Names that Lambda or the functions have uses for of their own, as a CEL expression over `name`. */
const isReserved = (name: string) =>
  `(${['NAMI_', 'AWS_', 'LAMBDA_'].map((prefix) => `${name}.startsWith('${prefix}')`).join(' || ')})`;
const isVariable = (name: string) => `${name}.matches('^[A-Za-z][A-Za-z0-9_]+$')`;
const RESERVED_MESSAGE =
  'environment names that start with NAMI_, AWS_ or LAMBDA_ are reserved: choose another name';
const VARIABLE_MESSAGE =
  'environment names have two characters or more, start with a letter and hold only letters, digits and _';

const environmentFrom = z
  .array(
    z
      .object({
        name: text(128, 'Name of the environment variable.'),
        secretKeyRef: secretKeyRef('The Secret key whose value it gets.').optional(),
        configMapKeyRef: configMapKeyRef('The ConfigMap key whose value it gets.').optional(),
      })
      .meta(
        rules({
          rule: 'has(self.secretKeyRef) != has(self.configMapKeyRef)',
          message: 'an entry of environmentFrom takes exactly one of secretKeyRef and configMapKeyRef',
        }),
      ),
  )
  .max(20)
  .optional()
  .describe(
    'Environment variables whose values come from Secrets and ConfigMaps of the namespace, read again once a minute.',
  )
  .meta({
    ...listMap('name'),
    ...rules(
      { rule: `self.all(each, ${isVariable('each.name')})`, message: VARIABLE_MESSAGE },
      { rule: `self.all(each, !${isReserved('each.name')})`, message: RESERVED_MESSAGE },
    ),
  });

const ownCode = (description: string) =>
  z
    .object({
      configMapRef: configMapKeyRef('The ConfigMap key that holds the module.').optional(),
      s3: z
        .object({
          bucket: formed(
            63,
            /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/,
            'the name of an S3 bucket has lower-case letters, digits, - and . only',
          ).describe('Bucket; the settings of the operator must allow it.'),
          key: text(1024, 'Key of the object, which is the module itself and no archive.'),
          version: text(
            1024,
            'Version of the object. Default: the latest, looked for once a minute.',
          ).optional(),
        })
        .optional()
        .describe('An object in S3.'),
    })
    .optional()
    .describe(description)
    .meta(
      rules({
        rule: 'has(self.configMapRef) != has(self.s3)',
        message: 'code takes exactly one of configMapRef and s3',
      }),
    );

/** On both functions: a rule that no single field can hold. */
const ENVIRONMENT_RULE: Rule = {
  rule: '!has(self.environment) || !has(self.environmentFrom) || self.environmentFrom.all(each, !(each.name in self.environment))',
  message: 'a name stands in environment and in environmentFrom: take it out of one of them',
};

const functionFields = {
  memoryMiB: integer(128, 10_240, 'Memory of the function in MiB; its share of CPU grows with it.').default(
    256,
  ),
  reservedConcurrency: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Concurrent executions set aside for this function out of the account. Default: none.'),
  architecture: z.enum(['arm64', 'x86_64']).describe('Processor of the function.').default('arm64'),
  environment: z
    .record(z.string(), z.string().max(1024))
    .optional()
    .describe('Further environment variables of the function. Lambda allows 4 KB in all.')
    .meta({
      maxProperties: 20,
      ...rules(
        { rule: `self.all(name, ${isVariable('name')})`, message: VARIABLE_MESSAGE },
        { rule: `self.all(name, !${isReserved('name')})`, message: RESERVED_MESSAGE },
      ),
    }),
  environmentFrom,
  logRetentionDays: z
    .literal(LOG_RETENTION_DAYS)
    .describe(`Days that logs are kept; one of ${LOG_RETENTION_DAYS.join(', ')}.`)
    .default(14),
};

const preQueue = z
  .object({
    ...functionFields,
    timeoutSeconds: integer(1, 29, 'Longest run in seconds. API Gateway waits 29 s at most.').default(10),
    code: ownCode(
      'Code of your own beside the built-in one: an ES module in one file that exports authorize(request, context) or respond(request) or both. See docs/own-code.md.',
    ),
    provisionedConcurrency: integer(
      1,
      10_000,
      'Environments of this function that Lambda keeps ready, for bursts that outrun cold starts; what goes beyond them starts on demand. AWS bills them for as long as this is set, whether deliveries come or not. A good value: deliveries a second in a burst times the seconds that one takes. Default: none, all start on demand.',
    ).optional(),
  })
  .prefault({})
  .describe('The function before the queue: it verifies a delivery, puts it into the queue and answers.')
  .meta(
    rules(ENVIRONMENT_RULE, {
      rule: '!has(self.provisionedConcurrency) || !has(self.reservedConcurrency) || self.provisionedConcurrency <= self.reservedConcurrency',
      message:
        'provisionedConcurrency must not be greater than reservedConcurrency, of which it is a part: lower it, or raise reservedConcurrency or leave it out',
    }),
  );

const postQueue = z
  .object({
    ...functionFields,
    timeoutSeconds: integer(1, 900, 'Longest run for one batch, in seconds.').default(30),
    code: ownCode(
      'Code of your own for events that are stored: an ES module in one file that exports process(event, context). In the VPC of a managed store it has no way to the internet. See docs/own-code.md.',
    ),
    concurrency: integer(
      2,
      1000,
      'Batches worked on at the same time. The queue is read no faster than this, so no event is thrown away for it.',
    ).default(5),
    batchSize: integer(1, 10_000, 'Events in a batch, at most. More than 10 needs a batch window.').default(
      10,
    ),
    batchWindowSeconds: integer(0, 300, 'Seconds to wait for a batch to fill.').default(0),
    paused: z
      .boolean()
      .describe(
        'True: deliveries are taken as ever, but nothing is stored. The queue keeps them for 14 days, whatever queue.retentionSeconds says, and they are stored once this is false.',
      )
      .default(false),
  })
  .prefault({})
  .describe('The function after the queue: it writes events into the store.')
  .meta(
    rules(
      ENVIRONMENT_RULE,
      {
        rule: 'self.batchSize <= 10 || self.batchWindowSeconds >= 1',
        message: 'a batchSize above 10 needs batchWindowSeconds of at least 1',
      },
      {
        rule: '!has(self.reservedConcurrency) || self.reservedConcurrency > self.concurrency',
        message:
          'reservedConcurrency must be greater than concurrency: the probe needs a place too; raise it or leave it out',
      },
    ),
  );

const queue = z
  .object({
    retentionSeconds: integer(60, 1_209_600, 'Seconds that an event waits in the queue at most.').default(
      345_600,
    ),
    visibilityTimeoutSeconds: integer(
      1,
      43_200,
      'Seconds until an event that was read but not confirmed is read again. Default: six times postQueue.timeoutSeconds.',
    ).optional(),
    maxReceiveCount: integer(1, 1000, 'Failures after which an event goes to the dead-letter queue.').default(
      5,
    ),
    deadLetter: z
      .object({
        retentionSeconds: integer(
          60,
          1_209_600,
          'Seconds that the dead-letter queue keeps an event, counted from its first arrival in the queue.',
        ).default(1_209_600),
      })
      .prefault({})
      .describe('The queue for events that could not be stored, or for which own code failed.'),
  })
  .prefault({})
  .describe('The queue between the functions.')
  .meta(
    rules({
      rule: 'self.deadLetter.retentionSeconds > self.retentionSeconds',
      message:
        'deadLetter.retentionSeconds must be greater than retentionSeconds: age counts from the first arrival, so an event would vanish on its way into the dead-letter queue',
    }),
  );

const instanceType = formed(
  32,
  /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/,
  'this must be an EC2 instance type, such as t3.micro',
);

const securityGroupId = formed(
  32,
  /^sg-[0-9a-f]{8,17}$/,
  'this must be the id of a security group, such as sg-0123456789abcdef0',
);

const DEFAULT_SIZE_GIB = 8;

const access = z
  .object({
    securityGroupIds: z
      .array(securityGroupId)
      .max(16)
      .optional()
      .describe('Security groups whose members reach the database.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
    cidrs: z
      .array(
        formed(
          18,
          /^[0-9]{1,3}([.][0-9]{1,3}){3}\/[0-9]{1,2}$/,
          'this must be a range of IPv4 addresses, such as 10.1.0.0/16; one address is 10.1.2.3/32',
        ),
      )
      .max(16)
      .optional()
      .describe('Ranges of IPv4 addresses from which the database is reached.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
  })
  .optional()
  .describe(
    "Who may reach the database beside the function, on port 27017: within what the operator's settings allow, which by default is nobody. See docs/store.md.",
  );

const managedStore = z
  .object({
    instanceType: instanceType
      .describe('EC2 instance type of the host.')
      .default(STORE_DEFAULTS.instanceType),
    fallbackInstanceTypes: z
      .array(instanceType)
      .max(5)
      .optional()
      .describe('Instance types to try in this order when AWS has no capacity for instanceType.')
      .meta({ 'x-kubernetes-list-type': 'atomic' }),
    cpuCredits: z
      .enum(['standard', 'unlimited'])
      .optional()
      .describe(
        'What a host of a burstable type (t2, t3, t3a, t4g) does when it has used up its CPU credits: with standard it slows down, with unlimited it goes on and AWS bills what it takes beyond its price. It can be changed while the host runs. Default: standard.',
      ),
    amiId: formed(
      32,
      /^ami-[0-9a-f]{8,17}$/,
      'amiId must be the id of a machine image, such as ami-0123456789abcdef0',
    )
      .optional()
      .describe(
        'Machine image of the host. Default: Amazon Linux 2023 of the right architecture, resolved once.',
      ),
    // Strict, for it stands in what the host runs as root.
    mongoImage: formed(
      512,
      /^[a-zA-Z0-9][a-zA-Z0-9._:/@-]*$/,
      'mongoImage must be the reference of a container image, such as public.ecr.aws/docker/library/mongo:8.0',
    )
      .describe(
        'Container image of MongoDB, in a registry that asks for no login. From China the default one can hardly be pulled: name a copy there.',
      )
      .default(STORE_DEFAULTS.mongoImage),
    replaceImpairedAfterMinutes: integer(
      5,
      10_080,
      "Minutes for which EC2's status checks of a host have to fail, while its database gives no answer, before another takes its place: one host of a region at a time.",
    ).default(15),
    access,
    credentials: z
      .object({
        rotateAfterDays: integer(1, 3650, 'Days after which they are rotated. Default: never.').optional(),
        formerValidHours: integer(
          0,
          8760,
          'Hours for which the login before a rotation is still good once the function has the new one, so that those who read the events by spec.store.connectionSecret can follow: at least a quarter of an hour.',
        ).default(24),
      })
      .prefault({})
      .meta(
        rules({
          rule: '!has(self.rotateAfterDays) || self.formerValidHours < self.rotateAfterDays * 24',
          message:
            'credentials.formerValidHours must be less than 24 for each of rotateAfterDays, or those before a rotation would never go',
        }),
      )
      .describe(
        "The database's credentials, which the annotation nami.dev/rotate-credentials rotates too: any new value does. See docs/store.md.",
      ),
    volume: z
      .object({
        sizeGiB: integer(1, 16_384, 'Size of the volume. It can grow but not shrink.').default(
          DEFAULT_SIZE_GIB,
        ),
        type: z.enum(['gp3', 'io2']).describe('Type of the volume.').default('gp3'),
        iops: integer(
          100,
          256_000,
          'Provisioned operations a second: for gp3 3000 to 80000 and up to 500 for each GiB, by default 3000; needed for io2. It can be changed while the store serves.',
        ).optional(),
        throughput: integer(
          125,
          2000,
          'Throughput of a gp3 volume in MiB a second: up to a quarter of its iops. Default: 125. It can be changed while the store serves.',
        ).optional(),
        reclaimPolicy: z
          .enum(RECLAIM_POLICIES)
          .describe(
            'What happens to the volume, and with it every stored event, when the pipeline is deleted: it stays, it goes, or it goes once a last snapshot of it is complete.',
          )
          .default('Retain'),
        snapshotId: formed(
          32,
          /^snap-[0-9a-f]{8,17}$/,
          'snapshotId must be the id of an EBS snapshot, such as snap-0123456789abcdef0',
        )
          .optional()
          .describe(
            'Snapshot that the volume is made from, with its events and the password of their database. It counts where a volume is made: one that is there has to be given up by the annotation nami.dev/replace-volume. See docs/restore.md.',
          ),
        volumeId: formed(
          32,
          /^vol-[0-9a-f]{8,17}$/,
          'volumeId must be the id of an EBS volume, such as vol-0123456789abcdef0',
        )
          .optional()
          .describe(
            "Volume that is taken in place of a new one, with its events and the password of their database: its tag nami.dev/adoptable-by has to name the pipeline. It becomes the pipeline's own, reclaimPolicy included. See docs/restore.md.",
          ),
      })
      .prefault({})
      .describe('The EBS volume that holds the database. Always encrypted.')
      .meta(
        rules(
          {
            rule: '!has(self.snapshotId) || !has(self.volumeId)',
            message: 'the volume is made from snapshotId or it is volumeId: take one of the two out',
          },
          {
            rule: "self.type != 'io2' || has(self.iops)",
            message: 'type io2 needs iops',
          },
          {
            rule: "self.type != 'gp3' || !has(self.iops) || (self.iops >= 3000 && self.iops <= 80000)",
            message: 'iops of a gp3 volume must be between 3000 and 80000',
          },
          {
            rule: "!has(self.iops) || self.iops <= 3000 || self.iops <= self.sizeGiB * (self.type == 'gp3' ? 500 : 1000)",
            message: 'a volume takes 500 iops for each GiB (io2: 1000): raise sizeGiB or lower iops',
          },
          {
            rule: "self.type == 'gp3' || !has(self.throughput)",
            message: 'throughput is for volumes of type gp3: take it out, for io2 it follows from iops',
          },
          {
            rule: '!has(self.throughput) || self.throughput * 4 <= (has(self.iops) ? self.iops : 3000)',
            message: 'throughput takes four iops for each MiB a second: raise iops or lower throughput',
          },
        ),
      ),
    snapshots: z
      .object({
        everyHours: integer(1, 744, 'Hours between two snapshots.').default(24),
        keep: integer(1, 365, 'How many are kept: the oldest beyond it are removed.').default(7),
      })
      .optional()
      .describe(
        'Takes snapshots of the volume, which outlive the pipeline whatever its reclaimPolicy is. Default: none. See docs/host.md.',
      ),
  })
  .describe(
    'A MongoDB host that the operator runs: an EC2 instance with a volume that outlives it. Default where external is not given: one with all its defaults.',
  );

/** Size of the volume of a managed store, as a CEL expression. */
const sizeGiB = (store: string) =>
  `(has(${store}.managed) ? ${store}.managed.volume.sizeGiB : ${DEFAULT_SIZE_GIB})`;

const store = z
  .object({
    managed: managedStore.optional(),
    external: z
      .object({
        uriSecretRef: secretKeyRef(
          'The Secret key that holds the MongoDB connection string, user and password included.',
        ),
        caConfigMapRef: configMapKeyRef(
          'The ConfigMap key that holds the certificates (PEM) by which the server is known, in place of the public ones.',
        ).optional(),
        caSecretRef: secretKeyRef('The same, from a Secret.').optional(),
      })
      .optional()
      .describe('A MongoDB of your own, such as Atlas or DocumentDB. See docs/store.md.')
      .meta(
        rules({
          rule: '!has(self.caConfigMapRef) || !has(self.caSecretRef)',
          message: 'store.external takes one of caConfigMapRef and caSecretRef: take the other out',
        }),
      ),
    database: formed(63, /^[A-Za-z0-9_-]+$/, 'store.database has letters, digits, _ and - only')
      .describe('Database that events are written to.')
      .default('nami'),
    collection: formed(
      120,
      /^[A-Za-z_][A-Za-z0-9_.-]*$/,
      'store.collection starts with a letter or _ and has letters, digits, _, - and . only',
    )
      .describe('Collection that events are written to.')
      .default('events'),
    ttlDays: integer(1, 3650, 'Days until an event is removed from the store. Default: never.').optional(),
    connectionSecret: z
      .object({
        name: formed(
          253,
          /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/,
          'this must be the name of a Secret: lower-case letters, digits, "-" and "."',
        ).describe(
          'Name of the Secret, in the namespace of the pipeline. One that is there already is never touched.',
        ),
        role: z
          .enum(READER_ROLES)
          .describe('What its user may do in the database of the events.')
          .default('read'),
      })
      .optional()
      .describe(
        "A Secret that the operator writes and keeps right, by which programs and people read the events of a managed store: type, provider, host, port, database, username, password and uri, as the Service Binding specification has them, for a user of its own. The operator's settings must allow it. See docs/store.md.",
      ),
  })
  // A default in the API server would be stored, and then stand in the way of an external store.
  .transform((given) =>
    given.external ? given : { ...given, managed: given.managed ?? managedStore.parse({}) },
  )
  .prefault({})
  .describe(
    'Where events end: in managed or in external, not both. Neither means managed with all its defaults.',
  )
  .meta(
    rules(
      {
        rule: '!has(self.connectionSecret) || !has(self.external)',
        message:
          'store.connectionSecret is for a managed store: take it out, the connection string of an external one is yours already',
      },
      {
        rule: '!has(self.managed) || !has(self.external)',
        message:
          'give only one of store.managed and store.external: to change over, set the other to null (by server-side apply: apply it by name once, then without)',
      },
      {
        rule: `has(self.external) || has(oldSelf.external) || ${sizeGiB('self')} >= ${sizeGiB('oldSelf')}`,
        fieldPath: '.managed.volume.sizeGiB',
        message: 'sizeGiB cannot become smaller: EBS volumes only grow',
      },
      {
        rule: "!(self.database in ['admin', 'config', 'local'])",
        message: 'the databases admin, config and local belong to MongoDB: choose another store.database',
      },
      {
        rule: "!self.collection.startsWith('system.')",
        message: 'collection names that start with system. belong to MongoDB: choose another',
      },
    ),
  );

const network = z
  .object({
    vpcId: formed(
      32,
      /^vpc-[0-9a-f]{8,17}$/,
      'vpcId must be the id of a VPC, such as vpc-0123456789abcdef0',
    ).describe('VPC of the host and of the function after the queue.'),
    subnetIds: z
      .array(
        formed(
          32,
          /^subnet-[0-9a-f]{8,17}$/,
          'this must be the id of a subnet, such as subnet-0123456789abcdef0',
        ),
      )
      .min(1)
      .max(6)
      .describe('Subnets of that VPC. The host starts in the first whose zone offers its instance type.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
    securityGroupIds: z
      .array(securityGroupId)
      .max(4)
      .optional()
      .describe('Further security groups for the function after the queue.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
  })
  .optional()
  .describe(
    'A network of your own. Default: a small VPC that all pipelines of the region share; with an external store no VPC at all.',
  );

const alarms = z
  .object({
    enabled: z.boolean().describe('Whether CloudWatch alarms are made.').default(true),
    snsTopicArns: z
      .array(
        formed(
          400,
          /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
          'this must be the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:alerts',
        ),
      )
      .max(5)
      .optional()
      .describe('SNS topics that are told when an alarm goes off and when it ends.')
      .meta({ 'x-kubernetes-list-type': 'set' }),
    thresholds: z
      .object({
        deadLetters: integer(1, 1_000_000, 'Events in the dead-letter queue.').default(1),
        functionErrors: integer(1, 1_000_000, 'Failed runs of a function in five minutes.').default(1),
        functionThrottles: integer(1, 1_000_000, 'Throttled runs of a function in five minutes.').default(1),
        oldestMessageSeconds: integer(60, 1_209_600, 'Age of the oldest event in the queue.').default(900),
        gatewayErrors: integer(1, 1_000_000, 'Answers 5xx of the endpoint in five minutes.').default(1),
        volumeUsedPercent: integer(1, 100, 'Share of the volume that is used.').default(80),
      })
      .prefault({})
      .describe('From which value on an alarm goes off.'),
  })
  .prefault({})
  .describe('CloudWatch alarms of this pipeline.');

/** Letters, spaces and digits of all scripts, and what else every service of AWS takes in a tag. */
const TAG = String.raw`[\p{L}\p{Z}\p{N}_.:/=+@-]`;

const tags = z
  .record(
    z.string(),
    formed(
      256,
      new RegExp(`^${TAG}+$`, 'u'),
      'the value of a tag has 1 to 256 letters, digits, spaces and _ . : / = + - @',
    ),
  )
  .optional()
  .describe(
    "Tags on everything of this pipeline in AWS, from the call on that makes it: for cost allocation, or where an organisation demands them. The operator's own settings may add more, which come before these. The root disk and the network interface of a host, and the mapping of the queue, keep those they were made with.",
  )
  .meta({
    maxProperties: 40,
    ...rules(
      {
        rule: `self.all(key, key.matches(r'^${TAG}{1,128}$'))`,
        message: 'the key of a tag has 1 to 128 letters, digits, spaces and _ . : / = + - @',
      },
      {
        rule: "self.all(key, !key.startsWith('nami.dev/') && !key.lowerAscii().startsWith('aws:'))",
        message:
          "tags that begin with nami.dev/ are the operator's own and those with aws: AWS's: choose another key",
      },
    ),
  });

export const webhookPipelineSpec = z
  .object({
    region: formed(
      32,
      /^[a-z]{2,4}(-[a-z]+)+-[0-9]$/,
      'region must be the name of an AWS region, such as eu-central-1',
    )
      .optional()
      .describe('AWS region. Default: the one of the operator. It cannot be changed.'),
    endpoint,
    source,
    preQueue,
    queue,
    postQueue,
    store,
    network,
    alarms,
    tags,
    deletionPolicy: z
      .enum(['Delete', 'Retain'])
      .describe(
        'What happens in AWS when the pipeline is deleted. Retain leaves everything there, tagged nami.dev/retained.',
      )
      .default('Delete'),
    suspend: z.boolean().describe('True: the operator touches nothing of this pipeline.').default(false),
  })
  .describe('What the webhook receiver should be like.')
  .meta(
    rules(
      {
        rule: '!has(oldSelf.region) || (has(self.region) && self.region == oldSelf.region)',
        message: 'region cannot be changed: make a new pipeline in the other region',
      },
      {
        rule: '!has(oldSelf.endpoint.path) || (has(self.endpoint.path) && self.endpoint.path == oldSelf.endpoint.path)',
        message: 'endpoint.path cannot be changed, since senders hold the URL: make a new pipeline',
      },
      {
        rule: '!has(self.queue.visibilityTimeoutSeconds) || self.queue.visibilityTimeoutSeconds >= self.postQueue.timeoutSeconds',
        message:
          'queue.visibilityTimeoutSeconds must be at least postQueue.timeoutSeconds, better six times that',
      },
      {
        rule: '!has(self.store.ttlDays) || self.store.ttlDays * 86400 > self.queue.deadLetter.retentionSeconds',
        message:
          'store.ttlDays must be longer than queue.deadLetter.retentionSeconds, or an event that is redriven late would be stored a second time',
      },
    ),
  );

const condition = z.object({
  type: text(316, 'Name of the condition.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .describe('Generation of the spec that this speaks of.'),
  lastTransitionTime: z.string().max(64).describe('When status changed last.').meta({ format: 'date-time' }),
  reason: text(1024, 'One word for the cause.'),
  message: z.string().max(32_768).describe('What is the case, and what to do about it.'),
});

const COUNT = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const webhookPipelineStatus = z
  .object({
    observedGeneration: z
      .int()
      .min(-1)
      .max(Number.MAX_SAFE_INTEGER)
      .describe('Generation of the spec that was last worked on; -1 before the first time.')
      .default(-1),
    endpoint: z
      .object({
        url: z.string().max(2048).optional().describe('URL to give to the sender.'),
        path: z.string().max(63).optional().describe('The path in use.'),
        region: z.string().max(32).optional().describe('The AWS region in use.'),
        dnsTarget: z
          .string()
          .max(253)
          .optional()
          .describe(
            "What the operator's domain name has to lead to in DNS, by a CNAME or an alias record. Only where the operator has one for the region.",
          ),
      })
      .optional()
      .describe('The endpoint as it is.'),
    conditions: z
      .array(condition)
      .max(32)
      .optional()
      .describe(
        'Ready and its parts GatewayReady, QueueReady, FunctionsReady and StoreReady; Reconciling; Stalled; Healthy; Suspended, which is only there while spec.suspend is true.',
      )
      .meta(listMap('type')),
    objects: z
      .array(
        z.object({
          kind: text(64, 'Kind of AWS object.'),
          name: text(512, 'What it is in the pipeline.'),
          id: z.string().max(2048).optional().describe('Name or id in AWS.'),
          state: z.enum(['Ready', 'Pending', 'Blocked', 'Failed', 'Removing']).describe('How it is.'),
        }),
      )
      .max(128)
      .optional()
      .describe('Every AWS object of the pipeline.')
      .meta(listMap('kind', 'name')),
    queue: z
      .object({
        depth: COUNT.describe('Events that wait in the queue or are being stored.'),
        deadLetters: COUNT.describe('Events in the dead-letter queue.'),
      })
      .optional()
      .describe('Sampled about once a minute.'),
    store: z
      .object({
        host: z.string().max(64).optional().describe('EC2 instance of the managed store.'),
        address: z.string().max(256).optional().describe('Private address of the host.'),
        volumeId: z.string().max(64).optional().describe('EBS volume that holds the events.'),
        credentialsSince: z
          .string()
          .max(64)
          .optional()
          .describe(
            'Since when the function has got into a managed store with the present credentials; where they were never rotated, when they were made.',
          )
          .meta({ format: 'date-time' }),
        snapshots: z
          .object({
            count: z.int().min(0).max(100_000).describe('How many are complete.'),
            newest: z
              .object({
                id: z.string().max(64).describe('Its id.'),
                at: z.string().max(64).describe('The moment that it shows.').meta({ format: 'date-time' }),
                state: z.string().max(64).describe("AWS's word: pending, completed or error."),
              })
              .optional()
              .describe('The newest one, complete or not.'),
          })
          .optional()
          .describe('Snapshots of the volume that spec.store.managed.snapshots asks for.'),
        answersSince: z
          .string()
          .max(64)
          .optional()
          .describe("Since when the store has answered each time that it was asked; absent while it doesn't.")
          .meta({ format: 'date-time' }),
        lastProbeTime: z
          .string()
          .max(64)
          .optional()
          .describe("Last time the store answered; only while it doesn't answer now, see answersSince.")
          .meta({ format: 'date-time' }),
        documents: COUNT.optional().describe(
          'Events in the collection, as the store estimates them: two digits, written anew when it moved by a tenth. This and what follows stays as the store said it last while it does not answer.',
        ),
        usedBytes: COUNT.optional().describe(
          'Bytes in use on the volume of a managed store, likewise; see freeBytes.',
        ),
        freeBytes: COUNT.optional().describe('Bytes free on the volume of a managed store, likewise.'),
        version: z.string().max(64).optional().describe('Version of MongoDB that runs.'),
        featureVersion: z
          .string()
          .max(64)
          .optional()
          .describe(
            "As of which release a managed store has its data (MongoDB's feature compatibility version). The operator raises it to the release that runs once that has answered for an hour; the next release is taken only then.",
          ),
        latencyMilliseconds: COUNT.optional().describe(
          'How long the store took to answer a ping of the function: at least 100, one digit, written anew when it is three times longer or shorter.',
        ),
        oldestEvent: z
          .string()
          .max(64)
          .optional()
          .describe(
            'When the event was received that is stored for longest, where the store has the index that tells; written anew when it is another by a day.',
          )
          .meta({ format: 'date-time' }),
      })
      .optional()
      .describe('The store as it is.'),
    binding: z
      .object({ name: z.string().max(253).describe('Name of the Secret.') })
      .optional()
      .describe(
        'The Secret of spec.store.connectionSecret, once it is there: a Provisioned Service of the Service Binding specification.',
      ),
    code: z
      .object({
        preQueue: z
          .string()
          .max(128)
          .optional()
          .describe('SHA-256 (base64) of the code that takes deliveries.'),
        postQueue: z
          .string()
          .max(128)
          .optional()
          .describe('SHA-256 (base64) of the code that stores events.'),
      })
      .optional()
      .describe('The code that runs.'),
  })
  .describe('What was seen last. Written by the operator alone.');

/** Rules that need more than the spec: the name of the resource, or its status. */
export const RESOURCE_RULES: readonly Rule[] = [
  {
    rule:
      'has(self.spec.endpoint.path) || ' +
      `(size(self.metadata.name) <= 63 && self.metadata.name.matches(r'${LABEL.source}'))`,
    fieldPath: '.spec.endpoint.path',
    message:
      'the name of the pipeline is the path of its endpoint, so it must be 63 lower-case letters, digits and hyphens at most: rename it or set spec.endpoint.path',
  },
  {
    rule: '!has(self.spec.region) || !has(self.status) || !has(self.status.endpoint) || !has(self.status.endpoint.region) || self.spec.region == self.status.endpoint.region',
    fieldPath: '.spec.region',
    message: 'spec.region cannot be changed: the pipeline is already in the region that its status names',
  },
  {
    rule: '!has(self.spec.endpoint.path) || !has(self.status) || !has(self.status.endpoint) || !has(self.status.endpoint.path) || self.spec.endpoint.path == self.status.endpoint.path',
    fieldPath: '.spec.endpoint.path',
    message: 'spec.endpoint.path cannot be changed: senders hold the URL that its status names',
  },
];

/** Columns of `kubectl get webhookpipelines`; priority 1 is shown with `-o wide`. */
export const PRINTER_COLUMNS = [
  { name: 'READY', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'HEALTHY', type: 'string', jsonPath: '.status.conditions[?(@.type=="Healthy")].status' },
  { name: 'REASON', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
  { name: 'ENDPOINT', type: 'string', jsonPath: '.status.endpoint.url' },
  { name: 'DEPTH', type: 'integer', jsonPath: '.status.queue.depth' },
  { name: 'DLQ', type: 'integer', jsonPath: '.status.queue.deadLetters' },
  { name: 'AGE', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'STORE', type: 'string', jsonPath: '.status.store.address', priority: 1 },
  { name: 'REGION', type: 'string', jsonPath: '.status.endpoint.region', priority: 1 },
  { name: 'HOST', type: 'string', jsonPath: '.status.store.host', priority: 1 },
  { name: 'SNAPSHOT', type: 'date', jsonPath: '.status.store.snapshots.newest.at', priority: 1 },
] as const;

/** A spec with every default filled in. */
export type WebhookPipelineSpec = z.output<typeof webhookPipelineSpec>;
export type WebhookPipelineStatus = z.output<typeof webhookPipelineStatus>;

export interface WebhookPipeline {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    generation: number;
    resourceVersion: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    annotations?: Record<string, string>;
  };
  /** As stored: parse it with {@link webhookPipelineSpec} before use. */
  spec: z.input<typeof webhookPipelineSpec>;
  status?: WebhookPipelineStatus;
}

/** Condition types, in the order in which they are written. */
export const CONDITION_TYPES = [
  'Ready',
  'GatewayReady',
  'QueueReady',
  'FunctionsReady',
  'StoreReady',
  'Reconciling',
  'Stalled',
  'Healthy',
  'Suspended',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];
