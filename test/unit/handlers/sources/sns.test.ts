import { sign } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SourceSettings } from '../../../../handlers/contract.ts';
import type { RawRequest } from '../../../../handlers/raw-request.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { post } from '../deliveries.ts';
import { signingCertificate } from './signing-certificate.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:orders';
const CHINESE = 'arn:aws-cn:sns:cn-north-1:111122223333:orders';
const HOST = 'https://sns.eu-central-1.amazonaws.com';
const CERTIFICATE_URL = `${HOST}/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem`;
const { pem, certificate, privateKey } = signingCertificate();
const other = signingCertificate();
const NOW = new Date();

const settings: SourceSettings = {
  type: 'SNS',
  toleranceSeconds: 300,
  sns: { topicArns: [TOPIC, CHINESE] },
};
const source = sourceOf(settings);
const trust = { settings, secrets: [], now: NOW, certificate };

type Message = Readonly<Record<string, unknown>>;

/** As the developer guide of SNS has them ("HTTP/HTTPS notification JSON format"). */
const NOTIFICATION: Message = {
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: TOPIC,
  Subject: 'My First Message',
  Message: 'Grüße\n{"a":1}',
  Timestamp: '2026-01-02T03:04:05.678Z',
};
const CONFIRMATION: Message = {
  Type: 'SubscriptionConfirmation',
  MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
  Token:
    '2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92768dd60a747ba6f3beb71854e285d6ad02428b09',
  TopicArn: TOPIC,
  Message: `You have chosen to subscribe to the topic ${TOPIC}.`,
  SubscribeURL: `${HOST}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f`,
  Timestamp: '2026-01-02T03:04:05.678Z',
};

/** Written from the guide: names in the order of the alphabet, those of one type of message and the others of the other. */
function signedBy(key: typeof privateKey, message: Message, version = '2'): Message {
  const names =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  return {
    SigningCertURL: CERTIFICATE_URL,
    UnsubscribeURL: `${HOST}/?Action=Unsubscribe&SubscriptionArn=${TOPIC}:c9135db0`,
    ...message,
    SignatureVersion: version,
    Signature: sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), key).toString('base64'),
  };
}

const delivery = (message: unknown): RawRequest =>
  post({ 'content-type': 'text/plain; charset=UTF-8' }, JSON.stringify(message));
const verdict = (message: unknown, more: Partial<typeof trust> = {}) =>
  source.verify(delivery(message), { ...trust, ...more });

const ALL: readonly (readonly [string, Message])[] = [
  ['a notification', NOTIFICATION],
  ['a notification without a subject', { ...NOTIFICATION, Subject: undefined }],
  ['the question whether we are there', CONFIRMATION],
  ['the end of a subscription', { ...CONFIRMATION, Type: 'UnsubscribeConfirmation' }],
];

describe.each(ALL)('%s', (_, message) => {
  test.each(['1', '2'])('is authentic with signature version %s', (version) => {
    expect(verdict(signedBy(privateKey, message, version))).toBe('authentic');
  });

  test('is not, signed by anyone else, or by nobody, or with another version', () => {
    expect(verdict(signedBy(other.privateKey, message))).toBe('signature-mismatch');
    const right = signedBy(privateKey, message);
    expect(verdict({ ...right, Signature: undefined })).toBe('signature-missing');
    expect(verdict({ ...right, Signature: 'ä' })).toBe('signature-malformed');
    expect(verdict({ ...right, SignatureVersion: '1' })).toBe('signature-mismatch');
    for (const version of ['3', 2, null, 'constructor', undefined])
      expect(verdict({ ...right, SignatureVersion: version })).toBe('signature-malformed');
  });

  test('needs a certificate that is there, and valid now', () => {
    const right = signedBy(privateKey, message);
    const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
    expect(source.verify(delivery(right), { ...trust, certificate: undefined })).toBe('certificate-unknown');
    expect(verdict(right, { now: inDays(3640) })).toBe('authentic');
    expect(verdict(right, { now: inDays(3660) })).toBe('certificate-unknown');
    expect(verdict(right, { now: inDays(-2) })).toBe('certificate-unknown');
  });

  test('is of a topic that the user names', () => {
    const foreign = { ...message, TopicArn: 'arn:aws:sns:eu-central-1:999922223333:orders' };
    expect(verdict(signedBy(privateKey, foreign))).toBe('topic-unknown');
    expect(source.certificateUrl?.(delivery(signedBy(privateKey, foreign)))).toBeUndefined();
  });

  test('stays authentic through no change of what is signed', { timeout: 60_000 }, () => {
    const right = signedBy(privateKey, message);
    const names = Object.keys(right).filter((name) => !/^(SigningCertURL|UnsubscribeURL)$/.test(name));
    const values = fc.oneof(
      fc.string(),
      fc.constantFrom(null, undefined, 1, [], {}, true, '', 'Notification'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names, 'Subject'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        values,
        fc.boolean(),
        (name, at, bits, value, whole) => {
          const old = right[name];
          const units = [...String(old ?? '')].map((each) => each.charCodeAt(0));
          units[at % Math.max(1, units.length)] = (units[at % Math.max(1, units.length)] ?? 0) ^ bits;
          const put = whole ? value : String.fromCharCode(...units);
          const bytes = (text: unknown) => Buffer.from(String(text), 'base64').toString('hex');
          const isSame =
            put === old ||
            (name === 'Subject' && (put ?? undefined) === (old ?? undefined)) ||
            // Another spelling of the same bytes.
            (name === 'Signature' && bytes(put) === bytes(old));
          if (isSame) return;
          expect(verdict({ ...right, [name]: put })).not.toBe('authentic');
        },
      ),
      { seed: 20_260_102, numRuns: 5000 },
    );
  });
});

test('what is signed of one field is never authentic as a part of another', () => {
  const right = signedBy(privateKey, NOTIFICATION);
  // The lines are those of the right one, one after the other.
  const { Subject, ...rest } = right;
  const moved = [
    { ...rest, MessageId: `${right.MessageId}\nSubject\n${Subject}` },
    { ...right, Message: `${right.Message}\nMessageId\n${right.MessageId}`, MessageId: undefined },
    { ...right, Subject: `${Subject}\nTimestamp\n${right.Timestamp}`, Timestamp: undefined },
    { ...right, TopicArn: `${TOPIC}\nType\nNotification`, Type: undefined },
  ];
  for (const forged of moved) expect(verdict(forged)).not.toBe('authentic');
});

describe('the certificate is asked for', () => {
  const urlOf = (url: unknown, topic = TOPIC) =>
    source.certificateUrl?.(delivery({ ...NOTIFICATION, TopicArn: topic, SigningCertURL: url }));

  test('at the host of the topic’s region, in China at China’s', () => {
    expect(urlOf(CERTIFICATE_URL)).toBe(CERTIFICATE_URL);
    const chinese = 'https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-a1.pem';
    expect(urlOf(chinese, CHINESE)).toBe(chinese);
    expect(urlOf(CERTIFICATE_URL, CHINESE)).toBeUndefined();
    expect(urlOf(chinese)).toBeUndefined();
  });

  test.each([
    'https://sns.us-east-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com.attacker.example/a.pem',
    'https://attacker.example/sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com@attacker.example/a.pem',
    'https://user@sns.eu-central-1.amazonaws.com/a.pem',
    'https://user:pass@sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/a.pem',
    'https://sns.eu-central-1.amazonaws.com:443/a.pem',
    'http://sns.eu-central-1.amazonaws.com/a.pem',
    'HTTPS://sns.eu-central-1.amazonaws.com/a.pem',
    ' https://sns.eu-central-1.amazonaws.com/a.pem',
    'https://sns.eu-central-1.amazonaws.com/../a.pem',
    'https://sns.eu-central-1.amazonaws.com//attacker.example/a.pem',
    'https://sns.eu-central-1.amazonaws.com/%2e%2e/a.pem',
    'https://sns.eu-central-1.amazonaws.com/a/b.pem',
    'https://sns.eu-central-1.amazonaws.com\\@attacker.example/a.pem',
    'https://sns.eu-central-1.amazonaws.com/?a=.pem',
    'https://sns.eu-central-1.amazonaws.com/?Action=Publish&a=b.pem',
    'https://sns.eu-central-1.amazonaws.com/a.pem?x',
    'https://sns.eu-central-1.amazonaws.com/a.pem#x',
    'https://sns.eu-central-1.amazonaws.com/a.pem\n',
    'https://sns.eu-central-1.amazonaws.com/.pem',
    'https://169.254.169.254/latest/meta-data/a.pem',
    'https://127.0.0.1/a.pem',
    'https://[::1]/a.pem',
    'https://localhost:9001/2018-06-01/runtime/a.pem',
    'file:///etc/passwd.pem',
    'data:,a.pem',
    '',
    7,
    null,
  ])('never at %j', (url) => {
    expect(urlOf(url)).toBeUndefined();
  });

  test('never anywhere else, however the URL is changed', () => {
    const pieces = fc.constantFrom(
      '@',
      '/',
      '..',
      '%2f',
      '\\',
      ':',
      '#',
      '?',
      '.',
      '\t',
      '\u3002',
      'evil',
      '[',
      '.pem',
      '//',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.oneof(pieces, fc.string({ maxLength: 5 })), fc.nat(5)), {
          minLength: 1,
          maxLength: 4,
        }),
        (edits) => {
          let url = CERTIFICATE_URL;
          for (const [at, put, cut] of edits) {
            const index = at % (url.length + 1);
            url = url.slice(0, index) + put + url.slice(index + cut);
          }
          const found = urlOf(url);
          if (found === undefined) return;
          const { origin, pathname, search, hash, username } = new URL(found);
          expect([origin, search, hash, username]).toEqual([HOST, '', '', '']);
          expect(pathname).toMatch(/^\/[\w-]+\.pem$/);
          expect(found).toBe(`${HOST}${pathname}`);
        },
      ),
      { seed: 20_260_102, numRuns: 10_000 },
    );
  });
});

describe('the question whether we are there', () => {
  const ask = (message: unknown, method = 'POST') =>
    source.handshake?.({ ...delivery(message), method }, trust);

  test('is answered once its sender’s own host is called with the token', () => {
    const answer = ask(signedBy(privateKey, CONFIRMATION));
    expect(answer).toMatchObject({ statusCode: 200, body: '' });
    const { origin, pathname, searchParams } = new URL((answer as { visit: string }).visit);
    expect(origin + pathname).toBe(`${HOST}/`);
    expect(Object.fromEntries(searchParams)).toEqual({
      Action: 'ConfirmSubscription',
      TopicArn: TOPIC,
      Token: CONFIRMATION.Token,
    });
  });

  test('leads nowhere else, whatever the message says is to be called', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl(), fc.string({ minLength: 1 })),
        fc.string({ minLength: 1 }),
        (url, token) => {
          const answer = ask(signedBy(privateKey, { ...CONFIRMATION, SubscribeURL: url, Token: token }));
          const { origin, pathname, searchParams } = new URL((answer as { visit: string }).visit);
          expect(origin + pathname).toBe(`${HOST}/`);
          // A lone surrogate has no form in a URL.
          expect([...searchParams.keys()]).toEqual(['Action', 'TopicArn', 'Token']);
          expect(searchParams.get('Action')).toBe('ConfirmSubscription');
        },
      ),
      { seed: 20_260_102, numRuns: 1000 },
    );
  });

  test('is none unless it is authentic, and of a topic that the user names', () => {
    expect(ask(signedBy(other.privateKey, CONFIRMATION))).toBe('signature-mismatch');
    const foreign = { ...CONFIRMATION, TopicArn: 'arn:aws:sns:eu-central-1:999922223333:orders' };
    expect(ask(signedBy(privateKey, foreign))).toBe('topic-unknown');
    expect(ask(signedBy(privateKey, CONFIRMATION), 'GET')).toBeUndefined();
    expect(ask(signedBy(privateKey, NOTIFICATION))).toBeUndefined();
  });
});

test('an event is known by the id of its message, and has its type and time', () => {
  expect(source.identify(delivery(NOTIFICATION))).toEqual({
    id: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    type: 'Notification',
    sentAt: new Date('2026-01-02T03:04:05.678Z'),
  });
});

test('a raw message is signed by nobody, and one that is too deep isn’t read', () => {
  const raw = post({ 'x-amz-sns-rawdelivery': 'true', 'x-amz-sns-topic-arn': TOPIC }, '{"a":1}');
  expect(source.verify(raw, trust)).toBe('signature-missing');
  const deep = post({}, `${'['.repeat(200)}${']'.repeat(200)}`);
  expect(source.verify(deep, trust)).toBe('body-too-complex');
  expect(source.certificateUrl?.(deep)).toBeUndefined();
  expect(source.handshake?.(deep, trust)).toBeUndefined();
});

test('nothing that comes makes it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .json()
          .map(
            (json) =>
              `{"TopicArn":"${TOPIC}","Type":"Notification","Signature":"AAAA","SignatureVersion":"1","Message":${json}}`,
          ),
      ),
      (body) => {
        const request = post({}, body);
        source.certificateUrl?.(request);
        source.handshake?.(request, trust);
        expect(source.verify(request, trust)).not.toBe('authentic');
        source.identify(request);
      },
    ),
    { seed: 20_260_102, numRuns: 2000 },
  );
});

describe('Amazon’s own library', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** It asks for the certificate by node:https. */
  const validate = (message: Message) => {
    const Validator = createRequire(import.meta.url)('sns-validator');
    vi.spyOn(https, 'get').mockImplementation(((_: unknown, answer: (response: EventEmitter) => void) => {
      const response = Object.assign(new EventEmitter(), { statusCode: 200, setEncoding: () => {} });
      queueMicrotask(() => {
        answer(response);
        response.emit('data', pem);
        response.emit('end');
      });
      return new EventEmitter();
    }) as never);
    return new Promise((resolve) => {
      new Validator().validate({ ...message }, (error: Error | null) => resolve(error === null));
    });
  };

  // Of the end of a subscription it leaves out the token, which Amazon's guide signs.
  const known = ALL.filter(([, { Type }]) => Type !== 'UnsubscribeConfirmation');

  test.each(known)('takes %s as it is signed here, and no other', async (_, message) => {
    for (const version of ['1', '2']) {
      const signed = signedBy(privateKey, JSON.parse(JSON.stringify(message)), version);
      expect(await validate(signed)).toBe(true);
      expect(await validate({ ...signed, Message: 'another' })).toBe(false);
    }
  });
});
