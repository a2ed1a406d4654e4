import { mkdirSync, writeFileSync } from 'node:fs';
import type { BatchSettings, SchemeSettings } from '../handlers/contract.ts';
import { URL_SIGNING_TYPES } from '../src/senders/index.ts';
import type { Sender } from '../src/senders/sender.ts';
import { SENDERS } from '../src/senders/senders.ts';
import { UNNAMED } from '../src/senders/unnamed.ts';
import { markdownTable } from './markdown-table.ts';

const FOLDER = new URL('../docs/senders/', import.meta.url);

/** The pages on senders that are data, by the name of their file. */
export function senderPages(): ReadonlyMap<string, string> {
  const entries = Object.entries<Sender>(SENDERS);
  return new Map([
    ['README.md', overview(entries)],
    ...entries
      .filter(([, { guide }]) => guide === undefined)
      .map(([type, sender]) => [fileOf(type), page(type, sender)] as const),
  ]);
}

const fileOf = (type: string) => `${kebab(type)}.md`;

const kebab = (type: string) =>
  type
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

function overview(entries: readonly (readonly [string, Sender])[]): string {
  const rows = entries.map(([type, sender]) => [
    `[${type}](${sender.guide === undefined ? fileOf(type) : `../sources/${sender.guide}`})`,
    sender.title,
    proofOf(sender.scheme).replaceAll('|', '\\|'),
    sender.batch ? `each of ${listOf(sender.batch)}` : 'the request',
    identityOf(sender).replaceAll('|', '\\|'),
    shownBy(sender),
  ]);
  return `<!-- Made by npm run generate from src/senders/. -->

# Senders by name

These values of \`spec.source.type\` are data: a file each in \`src/senders/\`. [The other types](../sources/README.md) have
code of their own, and that page says what holds for all: secrets, time, identity, answers, what is stored.

The last column says how it is shown that a right delivery is taken: a library of the sender's verifies in the tests what
is signed by the data, an example that the sender has published is taken, or the sender's page or code says so.

${markdownTable(['type', 'sender', 'a delivery is authentic if', 'an event is', 'it is recognised by', 'shown by'], rows)}
## My sender isn't here

Find its page on verifying webhooks, and take the type that says what stands there:

${markdownTable(['its page says', 'type'], TYPE_BY_PAGE)}
A page that says, for example: "We send \`X-Acme-Signature: sha256=…\`, the HMAC-SHA256 in hex of the time, a dot and the body.
The time, in Unix seconds, is in \`X-Acme-Time\`. Each event has an \`id\`." is this pipeline:

\`\`\`yaml
apiVersion: nami.dev/v1alpha1
kind: WebhookPipeline
metadata:
  name: acme
spec:
  source:
    type: HMAC
    hmac:
      header: X-Acme-Signature
      prefix: sha256=
      template: "{timestamp}.{body}"
      timestampHeader: X-Acme-Time
    eventId:
      jsonPath: $.id
    secretRefs: [{ name: acme, key: secret }]
\`\`\`

Without \`eventId\` each delivery is an event; where one request brings several, \`eventId.each\` says
[where their list is](../sources/README.md#several-events-in-one-request). A sender that asks something first gets its answer by
[\`endpoint.handshake\`](../sources/README.md#questions-before-the-first-event).

\`\`\`sh
kubectl create secret generic acme --from-literal=secret="$secret"
kubectl apply -f acme.yaml
kubectl wait --for=condition=Ready whp/acme --timeout=300s
url=$(kubectl get whp acme -o jsonpath='{.status.endpoint.url}')
\`\`\`

Sign a delivery as the page says, before the sender does:

\`\`\`sh
time=$(date +%s)
body='{"id":"1"}'
signature=$(printf %s "$time.$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
curl -i "$url" -H "X-Acme-Time: $time" -H "X-Acme-Signature: sha256=$signature" --data-raw "$body"
\`\`\`

It is answered 200, and 401 with another body. [Why a delivery was refused](../sources/README.md#why-a-delivery-was-refused) stands
in the log of the pre-queue function. Then give the URL to the sender.

## Not named

${markdownTable(
  ['sender', 'why it has no type'],
  Object.entries(UNNAMED).map(([name, reason]) => [name, reason]),
)}`;
}

/** What a sender's page may say, and the type that says it. */
const TYPE_BY_PAGE = [
  ['an HMAC in a header', '[HMAC](../sources/hmac.md)'],
  [
    'Standard Webhooks, Svix, `webhook-signature`, `svix-signature`',
    '[StandardWebhooks](../sources/standard-webhooks.md)',
  ],
  ['a signature that you check with a public key', '[PublicKey](../sources/public-key.md)'],
  ['a JSON Web Token', '[JWT](../sources/jwt.md)'],
  [
    'a key or token in a header or the URL, user and password',
    '[ApiKey, Bearer or Basic](../sources/token.md)',
  ],
  [
    'something else',
    '[None](../sources/none.md), with [own code](../own-code.md) whose `authorize` judges the request',
  ],
];

function shownBy({ shown, page: source }: Sender): string {
  if (shown.by === 'library') return `library: ${shown.of}`;
  return `[${shown.by}](${shown.by === 'example' ? shown.of : source})`;
}

function page(type: string, sender: Sender): string {
  const { title, page: source, secret, scheme, batch, handshakes = [], answers, note } = sender;
  const event = batch?.event ?? sender.event;
  const name = kebab(type);
  const signsUrl = URL_SIGNING_TYPES.includes(type);
  const timed =
    (scheme.hmac ?? scheme.publicKey)?.timestamp !== undefined ||
    scheme.bodyHmac?.timestamp !== undefined ||
    scheme.standardWebhooks !== undefined;
  const asked = handshakes.map(({ method }) => method);
  const facts = [
    `A delivery is authentic if: ${proofOf(scheme)}.`,
    ...(scheme.jwt
      ? [
          'The times that a token says (`exp`, `iat`, `nbf`) are held to `toleranceSeconds`; one that says none can be sent again with its body.',
        ]
      : [
          timed
            ? 'The time that is signed is held to `toleranceSeconds`.'
            : 'No time is signed: a delivery that someone has seen can be sent again, and is then a repeat of its event if that has an identity.',
        ]),
    batch
      ? `A request may bring [several events](../events.md#several-events-in-one-request): each element of ${listOf(batch)} is one${batch.ifList ? ', where the body is a list; any other body is an event' : ''}. The places below are in it.`
      : 'A request is an event.',
    `An event is recognised by: ${identityOf(sender)}.`,
    ...(event.type ? [`Its type: ${code(event.type)}.`] : []),
    ...(event.sentAt ? [`Its time: ${code([event.sentAt.at].flat())}.`] : []),
    ...(asked.length > 0
      ? [
          `Questions of the sender by ${[...new Set(asked)].join(' and ')} are answered; nothing is stored of them.`,
        ]
      : []),
    ...(signsUrl
      ? ['The URL is signed: say it in `publicUrl` if it has a query or something stands before the gateway.']
      : []),
    ...(answers
      ? [
          `A delivery that is taken is answered ${answers.statusCode ?? 200} ${answers.body === '' ? 'without a body' : `with \`${answers.body}\``}${answers.emptyRefusals ? ', and refusals have none either' : ''}; \`endpoint.response\` says otherwise.`,
        ]
      : []),
    ...(note ? [note] : []),
  ];
  return `<!-- Made by npm run generate from src/senders/${name}.ts. -->

# ${title}

At the sender, give the URL in \`status.endpoint.url\`. Store ${secret} in a Secret.

\`\`\`yaml
apiVersion: nami.dev/v1alpha1
kind: WebhookPipeline
metadata:
  name: ${name}
spec:
  source:
    type: ${type}
    secretRefs: [{ name: ${name}, key: secret }]
\`\`\`

${facts.map((fact) => `- ${fact}\n`).join('')}
Source: <${source}>
`;
}

function proofOf({ hmac, publicKey, bodyHmac, jwt, token, authorization }: SchemeSettings): string {
  const signed = hmac ?? publicKey;
  if (signed !== undefined) {
    const headers = (signed.headers ?? [signed.header ?? '']).map((name) => `\`${name}\``).join(' or ');
    const kind = hmac ? `HMAC-${(hmac.algorithm ?? 'sha256').toUpperCase()}` : publicKey?.algorithm;
    return `${kind} of \`${signed.template ?? '{body}'}\` in ${headers}`;
  }
  if (bodyHmac !== undefined) {
    const where = bodyHmac.items === undefined ? 'the body' : 'each item of the body';
    return `HMAC-SHA256 of fields of ${where}, in its \`${bodyHmac.signature}\``;
  }
  if (jwt !== undefined) {
    const body = jwt.bodyHashClaim === undefined ? '' : `, of the body by its \`${jwt.bodyHashClaim}\``;
    return `a JSON Web Token (${jwt.algorithm}) in \`${jwt.header}\`${body}`;
  }
  if (authorization !== undefined) return `\`Authorization: ${authorization}\``;
  if (token === undefined) return 'Standard Webhooks';
  if ('query' in token) return `the secret in \`?${token.query}=\``;
  return `the secret in \`${'header' in token ? token.header : token.jsonPath}\``;
}

const listOf = ({ each, form }: BatchSettings) =>
  form === undefined ? `\`${each}\`` : `\`${each}\` in the form's \`${form}\``;

function identityOf({ event, batch }: Sender): string {
  if (batch === undefined) return event.id.length === 0 ? 'nothing' : code(event.id);
  if (batch.byPlace) return `${code(event.id)}, and its place in it`;
  const without = batch.varying === undefined ? '' : ` but for ${code(batch.varying)}`;
  return batch.event.id.length === 0 ? `its bytes${without}` : code(batch.event.id);
}

const code = (places: readonly string[]) =>
  places
    .map((place) =>
      place === '{bodySha256}' ? 'the body' : `\`${place.replaceAll(/\{(?:[a-z]+:)?([^}]*)\}/g, '$1')}\``,
    )
    .join(', else ');

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of senderPages()) writeFileSync(new URL(file, FOLDER), text);
}
