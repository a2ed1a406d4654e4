import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type {
  BodyHmacScheme,
  PublicKeyScheme,
  SenderSettings,
  TimestampFormat,
} from '../../../handlers/contract.ts';
import type { RawRequest } from '../../../handlers/raw-request.ts';

export const NOW = new Date(1_767_323_045_000);
const URL_CALLED = 'https://example.execute-api.eu-west-1.amazonaws.com/live/nami/orders';

/** What a sender holds, and what its user is given of it. */
export interface Keys {
  readonly secret: string;
  readonly privateKey?: KeyObject;
}

const PAIRS: Readonly<Record<PublicKeyScheme['algorithm'], { publicKey: KeyObject; privateKey: KeyObject }>> =
  {
    ed25519: generateKeyPairSync('ed25519'),
    'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
    'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };

export function keysOf({
  publicKey,
  hmac,
  bodyHmac,
  jwt,
  standardWebhooks,
  authorization,
}: SenderSettings['scheme']): Keys {
  if (jwt?.algorithm === 'ES256') {
    const { publicKey: key, privateKey } = PAIRS['ecdsa-p256-sha256'];
    return { secret: JSON.stringify(key.export({ format: 'jwk' })), privateKey };
  }
  if (publicKey !== undefined) {
    const { publicKey: key, privateKey } = PAIRS[publicKey.algorithm];
    return { secret: key.export({ type: 'spki', format: 'pem' }).toString().trim(), privateKey };
  }
  if (standardWebhooks) return { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
  if (authorization === 'Basic') return { secret: 'ann:pass' };
  return { secret: (hmac ?? bodyHmac)?.keyEncoding === 'hex' ? '4f9e2cab' : 'a secret of some length' };
}

/** Written anew from the data alone: the sender's side of the scheme. */
export function deliver(
  { scheme, event }: SenderSettings,
  { secret, privateKey }: Keys,
  members: Readonly<Record<string, unknown>> = {},
  at: Date = NOW,
): RawRequest {
  const signed = scheme.hmac ?? scheme.publicKey;
  const isForm = signed?.template?.includes('{form:*}') === true;
  const json: Record<string, unknown> = { note: 'Grüße', ...members };
  const stamp = signed?.timestamp;
  const time = stamp === undefined ? '' : written(at, stamp.format);
  if (stamp?.jsonPath !== undefined)
    json[stamp.jsonPath.slice(2)] = stamp.format === 'iso8601' ? time : Number(time);
  if (scheme.token !== undefined && 'jsonPath' in scheme.token) json[scheme.token.jsonPath.slice(2)] = secret;
  if (scheme.bodyHmac !== undefined) signFields(json, scheme.bodyHmac, secret, at);
  const body = Buffer.from(isForm ? 'b=2&a=1+x' : JSON.stringify(json));
  const headers: Record<string, string> = {
    'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
  };
  for (const text of [...event.id, ...(event.type ?? []), signed?.template ?? '']) {
    for (const [, name = ''] of text.matchAll(/\{header:([^}]*)\}/g))
      headers[name.toLowerCase()] = `a-${name.length}`;
  }
  if (stamp?.header !== undefined) headers[stamp.header.toLowerCase()] = time;
  if (signed !== undefined) {
    const [, list = ''] = /\{headers:([^}]*)\}/.exec(signed.template ?? '') ?? [];
    const listed = [list, stamp?.header ?? ''].map((name) => name.toLowerCase()).sort();
    if (list !== '') headers[list.toLowerCase()] = listed.join(',');
    const fill: Record<string, Buffer> = {
      [`headers:${list}`]: Buffer.from(listed.map((name) => `${name}:${headers[name]}`).join(';')),
      path: Buffer.from(new URL(URL_CALLED).pathname),
      body,
      timestamp: Buffer.from(time),
      method: Buffer.from('POST'),
      url: Buffer.from(URL_CALLED),
      'form:*': Buffer.from('a1 xb2'),
    };
    const text = Buffer.concat(
      (signed.template ?? '{body}').split(/\{([^}]*)\}/).map((piece, index) => {
        if (index % 2 === 0) return Buffer.from(piece);
        return fill[piece] ?? Buffer.from(headers[piece.slice('header:'.length).toLowerCase()] ?? '');
      }),
    );
    const key = scheme.hmac?.keyEncoding === undefined ? secret : Buffer.from(secret, 'hex');
    const digest =
      privateKey === undefined
        ? createHmac(scheme.hmac?.algorithm ?? 'sha256', key)
            .update(text)
            .digest()
        : sign(scheme.publicKey?.algorithm === 'ed25519' ? null : 'sha256', text, privateKey);
    const { parts } = signed;
    const shown = `${signed.prefix ?? ''}${digest.toString(signed.encoding)}`;
    const value = [
      ...(stamp?.part === undefined || parts === undefined
        ? []
        : [`${stamp.part}${parts.assignment}${time}`]),
      parts === undefined ? shown : `${parts.signature}${parts.assignment}${shown}`,
    ].join(parts?.separator);
    headers[proofHeader(scheme)] = value;
  } else if (scheme.jwt !== undefined) {
    const { header, algorithm, issuer, bodyHashClaim = 'sha256' } = scheme.jwt;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      iss: issuer,
      ...(algorithm === 'ES256' && { iat: Math.floor(at.getTime() / 1000) }),
      [bodyHashClaim]: createHash('sha256').update(body).digest('hex'),
    };
    const text = `${part({ alg: algorithm, typ: 'JWT' })}.${part(claims)}`;
    const digest =
      privateKey === undefined
        ? createHmac('sha256', secret).update(text).digest()
        : sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    headers[header.toLowerCase()] = `${text}.${digest.toString('base64url')}`;
  } else if (scheme.standardWebhooks) {
    const seconds = written(at, 'seconds');
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`msg_1.${seconds}.`)
      .update(body);
    Object.assign(headers, {
      'webhook-id': 'msg_1',
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${mac.digest('base64')}`,
    });
  } else if (proofHeader(scheme) !== '') {
    const shown = scheme.authorization === 'Basic' ? Buffer.from(secret).toString('base64') : secret;
    headers[proofHeader(scheme)] = scheme.authorization ? `${scheme.authorization} ${shown}` : shown;
  }
  return {
    method: 'POST',
    url: URL_CALLED,
    query: new Map(
      scheme.token !== undefined && 'query' in scheme.token ? [[scheme.token.query, [secret]]] : [],
    ),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body,
  };
}

/** Puts the fields that are signed, and their signature, where they stand; two items where there may be more. */
function signFields(
  body: Record<string, unknown>,
  { items, signature, fields, separator, timestamp, encoding, keyEncoding }: BodyHmacScheme,
  secret: string,
  at: Date,
): void {
  const put = (root: Record<string, unknown>, path: string, value: unknown) => {
    const names = path.slice(2).split('.');
    const last = names.pop() ?? '';
    let found = root;
    for (const name of names) {
      found[name] ??= {};
      found = found[name] as Record<string, unknown>;
    }
    found[last] = value;
  };
  const item = (number: number) => {
    const made: Record<string, unknown> = items === undefined ? body : {};
    const values = fields.map((field) =>
      field === timestamp
        ? written(at, 'seconds')
        : field.endsWith('value')
          ? 1000 + number
          : `${field}-${number}`,
    );
    for (const [index, field] of fields.entries()) put(made, field, values[index]);
    const key = keyEncoding === 'hex' ? Buffer.from(secret, 'hex') : secret;
    put(
      made,
      signature,
      createHmac('sha256', key)
        .update(values.join(separator))
        .digest(encoding as 'hex'),
    );
    return made;
  };
  if (items === undefined) item(1);
  else put(body, items, [item(1), item(2)]);
}

/** The header that carries the proof; empty where the body does. */
export function proofHeader({
  hmac,
  publicKey,
  token,
  authorization,
  standardWebhooks,
  jwt,
}: SenderSettings['scheme']): string {
  const signed = hmac ?? publicKey ?? jwt;
  if (standardWebhooks) return 'webhook-signature';
  if (authorization !== undefined) return 'authorization';
  if (token !== undefined) return 'header' in token ? token.header.toLowerCase() : '';
  return (signed?.header ?? (hmac ?? publicKey)?.headers?.[0] ?? '').toLowerCase();
}

function written(time: Date, format: TimestampFormat): string {
  if (format === 'iso8601') return time.toISOString();
  return String(format === 'seconds' ? Math.floor(time.getTime() / 1000) : time.getTime());
}
