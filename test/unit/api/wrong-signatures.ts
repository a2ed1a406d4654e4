const header = 'X-Sig';
const timed = { header, template: '{timestamp}.{body}' };
const parts = { signature: 'v1' };
const FIELD = 'spec.source.SIGNED';

/** What is wrong, the description of a signature, the field that is named, and what the user is told about it. */
const WRONG: readonly (readonly [string, object, string, string])[] = [
  ['a signature that is nowhere', {}, FIELD, 'exactly one of header and headers'],
  ['header and headers', { header, headers: ['X-B'] }, FIELD, 'exactly one of header and headers'],
  [
    'a header of several with its colon',
    { headers: ['X-A', 'X-B:'] },
    `${FIELD}.headers[1]`,
    'has letters, digits, - and _ only, without the colon',
  ],
  [
    'a template with other braces',
    { header, template: '{body}{uri}' },
    `${FIELD}.template`,
    'no other braces',
  ],
  ['a path without its start', { header, template: '{body}{json:id}' }, `${FIELD}.template`, '{json:$.path}'],
  ['an empty field', { header, template: '{body}{form:}' }, `${FIELD}.template`, '{form:Name} and {form:*}'],
  ['a signature of no body', { header, template: '{header:X-Id}' }, FIELD, 'must hold {body}'],
  [
    'a signature of one field',
    { header, template: '{form:a}{json:$.a}{url}' },
    FIELD,
    'or {form:*} for a form',
  ],
  ['a time that is not signed', { header, timestampHeader: 'X-Time' }, FIELD, 'can be replaced by anyone'],
  ['a signed time that is nowhere', timed, FIELD, 'belong together'],
  [
    'a time that is not signed, in a header',
    { header, timestamp: { header: 'X-Time' } },
    FIELD,
    'can be replaced',
  ],
  [
    'a time that is not signed, in a part',
    { header, parts, timestamp: { part: 't' } },
    FIELD,
    'can be replaced',
  ],
  [
    'a time that is in the body and elsewhere',
    { ...timed, timestamp: { jsonPath: '$.at' } },
    FIELD,
    'belong together',
  ],
  [
    'a time in the body of a form',
    { header, template: '{form:*}', timestamp: { jsonPath: '$.at' } },
    FIELD,
    'is in the body',
  ],
  [
    'two times',
    { ...timed, timestampHeader: 'X-A', timestamp: { header: 'X-B' } },
    FIELD,
    'one of timestampHeader and timestamp',
  ],
  [
    'a time that is nowhere',
    { ...timed, timestamp: {} },
    `${FIELD}.timestamp`,
    'exactly one of header, part',
  ],
  [
    'a time that is in two places',
    { ...timed, parts, timestamp: { header: 'X-A', part: 't' } },
    `${FIELD}.timestamp`,
    'exactly one of header, part and jsonPath',
  ],
  [
    'a path of no JSON',
    { header, timestamp: { jsonPath: 'at' } },
    `${FIELD}.timestamp.jsonPath`,
    'starts with $',
  ],
  ['a part of no header', { ...timed, timestamp: { part: 't' } }, FIELD, 'give header and parts'],
  [
    'a time that is the signature',
    { ...timed, parts, timestamp: { part: 'v1' } },
    FIELD,
    'another key than the signature',
  ],
  [
    'a time in one of several headers',
    { headers: ['X-A', 'X-B'], template: timed.template, parts, timestamp: { part: 't' } },
    FIELD,
    'a part of the one header',
  ],
  ['a prefix with parts', { header, prefix: 'v1=', parts }, FIELD, 'leave it out, or leave parts out'],
  [
    'a key that is none',
    { header, parts: { signature: 'v1=' } },
    `${FIELD}.parts.signature`,
    'the key of a part has',
  ],
  [
    'a separator that may stand in a digest',
    { header, parts: { ...parts, separator: '/' } },
    `${FIELD}.parts.separator`,
    'one or two of',
  ],
  [
    'an assignment that may stand in a digest',
    { header, parts: { ...parts, assignment: '+' } },
    `${FIELD}.parts.assignment`,
    'is one of',
  ],
  [
    'parts without values',
    { header, parts: { ...parts, separator: ', ', assignment: ',' } },
    `${FIELD}.parts`,
    'must differ',
  ],
];

/** The same of either kind of signature, as a whole source. */
export const WRONG_SIGNATURES = (
  [
    ['HMAC', 'hmac', { secretRefs: [{ name: 's', key: 'k' }] }, {}],
    ['PublicKey', 'publicKey', {}, { algorithm: 'ed25519', keys: [{ value: 'k' }] }],
  ] as const
).flatMap(([type, name, beside, base]) =>
  WRONG.map(
    ([what, fields, field, message]) =>
      [
        `${what} (${type})`,
        { type, ...beside, [name]: { ...base, ...fields } },
        field.replace('SIGNED', name),
        message,
      ] as const,
  ),
);
