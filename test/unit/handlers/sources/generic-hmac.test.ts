import { createHmac } from 'node:crypto';
import twilio from 'twilio';
import { describe, expect, test, vi } from 'vitest';
import type {
  HmacSettings,
  SourceSettings,
  TimestampFormat,
  TimestampSettings,
} from '../../../../handlers/contract.ts';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { secretProblems } from '../../../../handlers/sources/secret-problems.ts';
import { webhookPipelineSpec } from '../../../../src/api/v1alpha1.ts';
import { NOW } from '../deliveries.ts';
import { NOW_SECONDS, requestOf, SENDERS, type Sender, URL_CALLED } from './senders.ts';

/**
 * Each sender that signs with an HMAC, as a user would describe it. Not to be described so: StandardWebhooks and GitLab's
 * signing token (what stands before the key in a secret), Twilio (the URL in several spellings).
 */
const DESCRIBED: Readonly<Record<string, Partial<HmacSettings> & { header: string }>> = {
  GitHub: { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
  Shopify: { header: 'X-Shopify-Hmac-SHA256', encoding: 'base64' },
  Slack: {
    header: 'X-Slack-Signature',
    prefix: 'v0=',
    template: 'v0:{timestamp}:{body}',
    timestampHeader: 'X-Slack-Request-Timestamp',
  },
  Stripe: {
    header: 'Stripe-Signature',
    template: '{timestamp}.{body}',
    parts: { separator: ',', assignment: '=', signature: 'v1' },
    timestamp: { part: 't', format: 'seconds' },
  },
  Jira: { header: 'X-Hub-Signature', prefix: 'sha256=' },
  Bitbucket: { header: 'X-Hub-Signature', prefix: 'sha256=' },
  Meta: { header: 'X-Hub-Signature-256', prefix: 'sha256=' },
  X: { header: 'x-twitter-webhooks-signature', prefix: 'sha256=', encoding: 'base64' },
};

describe.each(Object.entries(DESCRIBED))('%s as HMAC', (name, hmac) => {
  const sender = SENDERS.find((each) => each.name === name) as Sender;
  const secretRefs = [{ name: 's', key: 'k' }];
  const { source } = webhookPipelineSpec.parse({ source: { type: 'HMAC', secretRefs, hmac } });

  test('judges every delivery as the source of that name does', () => {
    const verdicts = new Set<string>();
    for (const body of ['{}', '', '\xff\x00', 'a=%7b'].map((text) => Buffer.from(text, 'latin1'))) {
      for (const seconds of [NOW_SECONDS, NOW_SECONDS - 301, NOW_SECONDS + 301, NOW_SECONDS * 1000]) {
        for (const secret of [...sender.secrets, 'unknown']) {
          const sent = sender.deliver({ body, secret, seconds, id: 'id' });
          const right = sent.headers[sender.proof ?? ''] ?? '';
          for (const proof of [
            right,
            '',
            right.toUpperCase(),
            right.slice(1),
            `${right}0`,
            `sha1=${right}`,
          ]) {
            const request = requestOf({ ...sent, headers: { ...sent.headers, [sender.proof ?? '']: proof } });
            const verdict = (settings: SourceSettings) =>
              sourceOf(settings).verify(request, { settings, secrets: sender.secrets, now: NOW });
            expect(verdict(source)).toBe(verdict(sender.settings));
            verdicts.add(verdict(source));
          }
        }
      }
    }
    expect([...verdicts]).toEqual(
      expect.arrayContaining(['authentic', 'signature-missing', 'signature-malformed', 'signature-mismatch']),
    );
  });
});

test('each algorithm and encoding has digests of its own length', () => {
  for (const [algorithm, hex] of [
    ['sha1', 40],
    ['sha256', 64],
    ['sha512', 128],
  ] as const) {
    for (const length of [40, 64, 128]) {
      const settings: SourceSettings = {
        type: 'HMAC',
        toleranceSeconds: 300,
        hmac: { header: 'X-Sig', algorithm, encoding: 'hex', prefix: '', template: '{body}' },
      };
      const request = requestOf({ headers: { 'x-sig': 'a'.repeat(length) }, body: Buffer.alloc(0) });
      const verdict = sourceOf(settings).verify(request, { settings, secrets: ['s'], now: NOW });
      expect(verdict).toBe(length === hex ? 'signature-mismatch' : 'signature-malformed');
    }
  }
});

describe('what is signed', () => {
  const URL_AT_SENDER = 'https://hooks.example/in?a=1&b=%7B';
  const verify = (
    template: string,
    signed: string,
    request: Partial<RawRequest> = {},
    more: Partial<SourceSettings> = {},
  ) => {
    const { source } = webhookPipelineSpec.parse({
      source: { type: 'HMAC', hmac: { header: 'X-Sig', template } },
    });
    const settings = { ...source, ...more };
    const signature = createHmac('sha256', 's').update(signed).digest('hex');
    const sent = requestOf({ headers: { 'x-sig': signature, 'x-id': 'i' }, body: Buffer.from('{}') });
    const trust = { settings, secrets: ['s'], now: NOW };
    return sourceOf(settings).verify({ ...sent, ...request }, trust);
  };
  const query = new Map([['a', ['1']]]);
  const publicUrl = URL_AT_SENDER;

  test('is the URL that was called, or as the user says it, whole and in parts', () => {
    expect(verify('{url}{body}', `${URL_CALLED}{}`)).toBe('authentic');
    expect(verify('{method} {path}?{query} {body}', 'POST /live/nami/orders? {}')).toBe('authentic');
    expect(verify('{url}{body}', `${URL_AT_SENDER}{}`, { query }, { publicUrl })).toBe('authentic');
    expect(verify('{path} {query} {body}', '/in a=1&b=%7B {}', { query }, { publicUrl })).toBe('authentic');
    expect(verify('{path}{query}{body}', '/{}', {}, { publicUrl: 'https://hooks.example' })).toBe(
      'authentic',
    );
    expect(verify('{path}{query}{body}', '/a?b{}', {}, { publicUrl: 'https://u:p@h:1?a?b' })).toBe(
      'authentic',
    );
  });

  test('is no URL whose query nobody said', () => {
    for (const template of ['{url}{body}', '{query}{body}']) {
      expect(verify(template, `${URL_CALLED}?a=1{}`, { query })).toBe('url-unknown');
      expect(verify(template, '{}', { query })).toBe('url-unknown');
    }
    expect(verify('{path}{body}', '/live/nami/orders{}', { query })).toBe('authentic');
  });

  describe('is the headers that another lists', () => {
    const hmac = {
      header: 'X-Sig',
      template: '{headers:X-List}|{body}',
      timestamp: { header: 'X-Time', format: 'milliseconds' },
    } as const;
    const { source } = webhookPipelineSpec.parse({ source: { type: 'HMAC', hmac } });
    const time = String(NOW.getTime());
    const judge = (list: string, signed: string) => {
      const signature = createHmac('sha256', 's').update(`${signed}|{}`).digest('hex');
      const headers = { 'x-sig': signature, 'x-list': list, 'x-time': time, 'x-id': 'i' };
      const request = requestOf({ headers, body: Buffer.from('{}') });
      return sourceOf(source).verify(request, { settings: source, secrets: ['s'], now: NOW });
    };

    test('by name, in order, with those that are not there', () => {
      const list = 'X-Time, x-none,x-list,X-ID';
      expect(judge(list, `x-id:i;x-list:${list};x-none:;x-time:${time}`)).toBe('authentic');
      expect(judge(list, `x-list:${list};x-id:i;x-none:;x-time:${time}`)).toBe('signature-mismatch');
    });

    test.each([
      ['the time', 'x-list', 'x-list:x-list'],
      ['itself', 'x-time', `x-time:${time}`],
      ['all', '', ''],
    ])('and proves nothing where it leaves out %s', (_, list, signed) => {
      expect(judge(list, signed)).toBe('signature-mismatch');
    });

    test('or a time is refused that is no part of what is signed', () => {
      const part = { ...hmac, parts: { signature: 'v1' }, timestamp: { part: 't' } };
      const parse = (given: object) =>
        webhookPipelineSpec.safeParse({ source: { type: 'HMAC', hmac: given } }).success;
      expect(parse(part)).toBe(false);
      expect(parse({ ...hmac, template: '{body}' })).toBe(false);
    });
  });

  test('is a place in a JSON body, of the limits of one', () => {
    const body = Buffer.from('{"a":[{"b":"c"}],"n":7,"big":12345678901234567890,"t":true}');
    const template = '{json:$.a[0].b}|{json:$.n}|{json:$.big}|{json:$.t}|{json:$.a}|{json:$.length}|{body}';
    expect(verify(template, `c|7|||||${body}`, { body })).toBe('authentic');
    const deep = Buffer.from('['.repeat(101) + ']'.repeat(101));
    expect(verify(template, `||||||${deep}`, { body: deep })).toBe('body-too-complex');
  });

  test('is a form’s fields, of the limits of one', () => {
    const body = Buffer.from('b=2+3&a=%C3%BC&b=1&b=1');
    expect(verify('{form:b}|{form:c}|{form:*}', '2 3||aüb1b2 3', { body })).toBe('authentic');
    const many = Buffer.from(Array.from({ length: 1001 }, (_, index) => `n${index}=`).join('&'));
    expect(verify('{form:*}', '', { body: many })).toBe('body-too-complex');
    expect(verify('{form:*}', '', { body: Buffer.from('a=%zz') })).toBe('body-unexpected');
  });

  test('is of a form what Twilio’s library signs', () => {
    const settings: SourceSettings = {
      type: 'HMAC',
      toleranceSeconds: 300,
      hmac: { header: 'X-Sig', algorithm: 'sha1', encoding: 'base64', prefix: '', template: '{url}{form:*}' },
    };
    const fields = { To: '+49 30 1', Body: 'a&b=ü', From: '' };
    const proof = twilio.getExpectedTwilioSignature('s', URL_CALLED, fields);
    const form = Buffer.from(new URLSearchParams(fields).toString());
    const request = requestOf({ headers: { 'x-sig': proof }, body: form });
    expect(sourceOf(settings).verify(request, { settings, secrets: ['s'], now: NOW })).toBe('authentic');
  });
});

describe('a time', () => {
  const settings = (timestamp: TimestampSettings, template = '{timestamp}{body}'): SourceSettings => ({
    type: 'HMAC',
    toleranceSeconds: 300,
    hmac: { header: 'X-Sig', algorithm: 'sha256', encoding: 'hex', prefix: '', template, timestamp },
  });
  const inHeader = (format: TimestampFormat, time: string) => {
    const made = settings({ header: 'X-Time', format });
    const signature = createHmac('sha256', 's').update(`${time}{}`).digest('hex');
    const request = requestOf({ headers: { 'x-sig': signature, 'x-time': time }, body: Buffer.from('{}') });
    const source = sourceOf(made);
    return [
      source.verify(request, { settings: made, secrets: ['s'], now: NOW }),
      source.identify(request).attemptedAt?.getTime(),
    ];
  };
  const iso = (milliseconds: number) => new Date(NOW.getTime() + milliseconds).toISOString();

  test('is written in seconds, milliseconds or as ISO 8601 says, and held to the tolerance', () => {
    const now = NOW.getTime();
    expect(inHeader('seconds', String(NOW_SECONDS - 300))).toEqual(['authentic', now - 300_000]);
    expect(inHeader('milliseconds', String(now + 300_000))).toEqual(['authentic', now + 300_000]);
    expect(inHeader('milliseconds', String(now + 300_001))[0]).toBe('timestamp-in-future');
    expect(inHeader('milliseconds', String(now - 300_001))[0]).toBe('timestamp-too-old');
    expect(inHeader('iso8601', iso(-300_000))).toEqual(['authentic', now - 300_000]);
    expect(inHeader('iso8601', iso(-300_001))[0]).toBe('timestamp-too-old');
    expect(inHeader('iso8601', iso(300_001))[0]).toBe('timestamp-in-future');
    for (const time of [
      '2026-01-02T03:04:05Z',
      '2026-01-02T05:04:05+02:00',
      '2026-01-02T03:04:05.000000000Z',
    ]) {
      expect(inHeader('iso8601', time)).toEqual(['authentic', now]);
    }
  });

  test('in another form is none', () => {
    expect(inHeader('seconds', String(NOW.getTime()))[0]).toBe('timestamp-in-milliseconds');
    for (const [format, time] of [
      ['milliseconds', String(NOW_SECONDS)],
      ['milliseconds', '1e12'],
      ['iso8601', '2026-01-02T03:04:05'],
      ['iso8601', '2026-01-02 03:04:05Z'],
      ['iso8601', '2026-13-02T03:04:05Z'],
      ['iso8601', 'Fri, 02 Jan 2026 03:04:05 GMT'],
      ['iso8601', String(NOW_SECONDS)],
      ['seconds', iso(0)],
    ] as const) {
      expect(inHeader(format, time)).toEqual(['timestamp-malformed', undefined]);
    }
  });

  test('in the body is looked for once it is known who sent it', () => {
    const made = settings({ jsonPath: '$.sent.at', format: 'seconds' }, '{body}');
    const parse = vi.spyOn(JSON, 'parse');
    const verdict = (text: string, key = 's') => {
      const signature = createHmac('sha256', key).update(text).digest('hex');
      const request = requestOf({ headers: { 'x-sig': signature }, body: Buffer.from(text) });
      return sourceOf(made).verify(request, { settings: made, secrets: ['s'], now: NOW });
    };
    expect(verdict(`{"sent":{"at":${NOW_SECONDS}}}`, 'other')).toBe('signature-mismatch');
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(verdict(`{"sent":{"at":${NOW_SECONDS}}}`)).toBe('authentic');
    expect(verdict(`{"sent":{"at":"${NOW_SECONDS}"}}`)).toBe('authentic');
    expect(verdict(`{"sent":{"at":${NOW_SECONDS - 301}}}`)).toBe('timestamp-too-old');
    for (const text of ['{}', 'null', 'x', '{"sent":{"at":1.5}}', '{"sent":{"at":{}}}']) {
      expect(verdict(text)).toBe('timestamp-missing');
    }
    expect(verdict(`${'['.repeat(101)}${']'.repeat(101)}`)).toBe('body-too-complex');
  });

  test('is one part of the header, and no second', () => {
    const made: SourceSettings = {
      type: 'HMAC',
      toleranceSeconds: 300,
      hmac: {
        header: 'X-Sig',
        parts: { separator: ';', assignment: ':', signature: 'h1' },
        algorithm: 'sha256',
        encoding: 'base64url',
        prefix: '',
        template: '{timestamp}:{body}',
        timestamp: { part: 'ts', format: 'seconds' },
      },
    };
    const digest = createHmac('sha256', 's').update(`${NOW_SECONDS}:{}`).digest('base64url');
    const verdict = (value: string) => {
      const request = requestOf({ headers: { 'x-sig': value }, body: Buffer.from('{}') });
      return sourceOf(made).verify(request, { settings: made, secrets: ['s'], now: NOW });
    };
    const ts = `ts:${NOW_SECONDS}`;
    expect(verdict(`${ts};h1:${digest}`)).toBe('authentic');
    expect(verdict(` h1:${digest}= ; h1:AAAA; x; h2:; ${ts} `)).toBe('authentic');
    expect(verdict(`${ts};${ts};h1:${digest}`)).toBe('timestamp-malformed');
    expect(verdict(`h1:${digest}`)).toBe('timestamp-missing');
    expect(verdict(`${ts};h2:${digest}`)).toBe('signature-malformed');
    expect(verdict(`${ts};h1:${digest}==`)).toBe('signature-malformed');
    expect(verdict(`${ts},h1:${digest}`)).toBe('timestamp-malformed');
    expect(verdict([ts, ...Array<string>(9).fill('h1:AAAA'), `h1:${digest}`].join(';'))).toBe(
      'signature-malformed',
    );
  });
});

test('a key that can’t be decoded is said, and which way', () => {
  for (const [keyEncoding, secret] of [
    ['hex', 'abc'],
    ['hex', 'xy'],
    ['base64', 'abc'],
    ['base64', 'whsec_AAAA'],
    ['base64', 'AA-_'],
  ] as const) {
    const { source } = webhookPipelineSpec.parse({
      source: { type: 'HMAC', hmac: { header: 'X-Sig', keyEncoding } },
    });
    const message = expect.stringMatching(`^the secret is not ${keyEncoding}, .* set keyEncoding to text$`);
    expect(secretProblems(source, ['AAAA', secret])).toEqual([{ secret: 1, message }]);
  }
});

test('what the operator of the version before writes is read as it was', () => {
  const hmac = {
    header: 'X-Sig',
    algorithm: 'sha256',
    encoding: 'hex',
    prefix: '',
    template: '{body}',
  } as const;
  const settings: SourceSettings = { type: 'HMAC', toleranceSeconds: 300, hmac };
  const signature = createHmac('sha256', 's').update('{}').digest('hex');
  const request = requestOf({ headers: { 'x-sig': signature }, body: Buffer.from('{}') });
  expect(sourceOf(settings).verify(request, { settings, secrets: ['s'], now: NOW })).toBe('authentic');
});
