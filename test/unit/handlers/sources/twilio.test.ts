import { parse, stringify } from 'node:querystring';
import fc from 'fast-check';
import twilioLibrary from 'twilio';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { twilio } from '../../../../handlers/sources/twilio.ts';
import { NOW, post } from '../deliveries.ts';
import { URL_CALLED } from './senders.ts';

const TOKEN = '12345';
const FORM = 'Digits=1234&From=%2B14158675309&To=%2B18005551212&Body=a+b%26%3D%C3%A9';
const FIELDS = { Digits: '1234', From: '+14158675309', To: '+18005551212', Body: 'a b&=é' };

function verify(
  signedUrl: string,
  {
    body = FORM,
    fields = FIELDS as Record<string, string | string[]>,
    publicUrl = undefined as string | undefined,
    query = {},
  },
) {
  const signature = getExpectedTwilioSignature(TOKEN, signedUrl, fields);
  const request = {
    ...post({ 'x-twilio-signature': signature }, body),
    query: new Map(Object.entries(query).map(([name, value]) => [name, [String(value)]])),
  };
  const settings = { type: 'Twilio' as const, toleranceSeconds: 300, publicUrl };
  return twilio.verify(request, { secrets: ['another', TOKEN], settings, now: NOW });
}

test('takes the example that Twilio’s libraries document', () => {
  const body =
    'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
  const request = post({ 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }, body);
  const publicUrl = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const settings = { type: 'Twilio' as const, toleranceSeconds: 300, publicUrl };
  expect(twilio.verify(request, { secrets: [TOKEN], settings, now: NOW })).toBe('authentic');
});

describe('the URL', () => {
  const withPort = URL_CALLED.replace('.com/', '.com:443/');

  test('is the one that was called, stage included, with and without port', () => {
    expect(verify(URL_CALLED, {})).toBe('authentic');
    expect(verify(withPort, {})).toBe('authentic');
    expect(verify(URL_CALLED.replace('/live', ''), {})).toBe('signature-mismatch');
    expect(verify(URL_CALLED.replace('https', 'http'), {})).toBe('signature-mismatch');
    expect(verify(URL_CALLED.replace('.com/', '.com:8443/'), {})).toBe('signature-mismatch');
  });

  test('is the one that the user says, with and without port, its query as it is written', () => {
    const publicUrl = 'https://hooks.example:8443/sms?b=%7b&a=1+2';
    const query = { b: '{', a: '1 2' };
    expect(verify(publicUrl, { publicUrl, query })).toBe('authentic');
    expect(verify(publicUrl.replace(':8443', ''), { publicUrl, query })).toBe('authentic');
    expect(verify(publicUrl.replace('1+2', '1+3'), { publicUrl, query })).toBe('signature-mismatch');
    expect(verify(URL_CALLED, { publicUrl })).toBe('signature-mismatch');
  });

  test.each([
    "https://hooks.example/sms?name=it's",
    'https://hooks.example/sms?a=1%202&b=1+2',
    'https://hooks.example/sms?a=%7b&a=&b&c=~!*()',
    'https://hooks.example/grüße?name=Zoë',
    'https://HOOKS.Example/Sms',
    'https://user:pass@hooks.example:8443/sms?a=@:443',
    'https://user:p%40ss@hooks.example/sms',
    'https://[2001:db8::1]:8443/sms',
    'https://[2001:db8::1]/sms',
    'https://hooks.example',
    'https://hooks.example?',
    'https://hooks.example:443/sms?a=1',
  ])('that the user says is taken in each form that Twilio’s own library takes: %s', (publicUrl) => {
    const escaped = new URL(publicUrl).href;
    const [path = '', query = ''] = escaped.split('?', 2);
    const port = (url: string) => url.replace(/^(https:\/\/[^/]*@)?([^/@]*?)(:\d+)?([/?].*)?$/, '$1$2:443$4');
    const signed = [publicUrl, escaped, `${path}?${stringify(parse(query))}`];
    const forms = [...signed, ...signed.map(port), ...signed.map((url) => url.replace(/:(8)?443/, ''))];
    const made = [...forms, `${publicUrl}x`, publicUrl.replace('https', 'http'), publicUrl.toLowerCase()];
    const theirs = made.map((url) => {
      const signature = twilioLibrary.getExpectedTwilioSignature(TOKEN, url, FIELDS);
      return twilioLibrary.validateRequest(TOKEN, signature, publicUrl, FIELDS);
    });
    expect(made.map((url) => verify(url, { publicUrl }) === 'authentic')).toEqual(theirs);
    expect(theirs.slice(0, 2)).toEqual([true, true]);
    expect(theirs).toContain(false);
  });

  test('of any form is taken as Twilio’s own library takes it', { timeout: 60_000 }, () => {
    const text = (characters: string) =>
      fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 });
    const urls = fc
      .tuple(
        fc.constantFrom('', 'u:p@', 'u@', 'u:p%40@', 'ü:p@', 'u:443@'),
        fc.constantFrom('hooks.example', 'HOOKS.Example', '[2001:db8::1]', 'bücher.example', '127.0.0.1'),
        fc.constantFrom('', ':443', ':8443', ':80', ':'),
        fc.constantFrom('', '/', '/a', "/a'b", '/grüße', '/a%20b', '/a b', '/../x', '/a//b', '/@:443'),
        fc.oneof(
          fc.constant(''),
          text("ab=&+%20'üÄ~!*()@:/?;,").map((query) => `?${query}`),
        ),
      )
      .map((pieces) => `https://${pieces.join('')}`)
      .filter((url) => URL.canParse(url));
    fc.assert(
      fc.property(urls, fc.nat(7), (publicUrl, form) => {
        const escaped = new URL(publicUrl).href;
        const signed = [
          publicUrl,
          escaped,
          publicUrl.replace(/:\d*(?=[/?]|$)/, ''),
          escaped.replace('example', 'example:443'),
          publicUrl.replaceAll('%20', '+'),
          publicUrl.replaceAll('+', '%20'),
          publicUrl.replaceAll("'", '%27'),
          publicUrl.toLowerCase(),
        ][form] as string;
        const signature = getExpectedTwilioSignature(TOKEN, signed, FIELDS);
        const theirs = twilioLibrary.validateRequest(TOKEN, signature, publicUrl, FIELDS);
        expect(verify(signed, { publicUrl }) === 'authentic').toBe(theirs);
      }),
      { seed: 20_260_102, numRuns: 5000 },
    );
  });

  test('with a query that nobody said is not guessed: fields could be passed off as a part of it', () => {
    const forged = { body: '', query: { a: '1Body' } };
    expect(verify(`${URL_CALLED}?a=1`, { ...forged, fields: { Body: '' } })).toBe('url-unknown');
    expect(verify(`${URL_CALLED}?a=1`, { query: { a: '1' } })).toBe('url-unknown');
  });

  test('carries the hash of a body that is no form', () => {
    const body = '{"a":1}';
    const bodySHA256 = sha256Hex(body);
    const call = { body, fields: {}, query: { bodySHA256 } };
    expect(verify(`${URL_CALLED}?bodySHA256=${bodySHA256}`, call)).toBe('authentic');
    expect(verify(`${withPort}?bodySHA256=${bodySHA256}`, call)).toBe('authentic');
    const publicUrl = 'https://hooks.example/?x=y';
    expect(verify(`${publicUrl}&bodySHA256=${bodySHA256}`, { ...call, publicUrl })).toBe('authentic');
    expect(verify(`${URL_CALLED}?bodySHA256=${bodySHA256}`, { ...call, body: '{"a":2}' })).toBe(
      'body-mismatch',
    );
    expect(verify(URL_CALLED, { ...call, query: {} })).toBe('signature-mismatch');
  });
});

describe('the form', () => {
  test('is taken field by field: order and spelling are not signed', () => {
    expect(verify(URL_CALLED, { body: FORM.split('&').reverse().join('&') })).toBe('authentic');
    expect(verify(URL_CALLED, { body: FORM.replace('a+b', 'a%20b') })).toBe('authentic');
    expect(verify(URL_CALLED, { body: `${FORM}&More=1` })).toBe('signature-mismatch');
    expect(verify(URL_CALLED, { body: FORM.replace('1234', '1235') })).toBe('signature-mismatch');
  });

  test('may name a field several times, and hold none', () => {
    expect(verify(URL_CALLED, { body: 'a=2&a=1&a=2&b', fields: { a: ['2', '1', '2'], b: '' } })).toBe(
      'authentic',
    );
    expect(verify(URL_CALLED, { body: '', fields: {} })).toBe('authentic');
  });

  test('has up to 1,000 fields and 1 MiB', () => {
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`n${index}`, '1']));
    const body = new URLSearchParams(fields).toString();
    expect(verify(URL_CALLED, { body, fields })).toBe('authentic');
    expect(verify(URL_CALLED, { body: `${body}&x=`, fields: { ...fields, x: '' } })).toBe('body-too-complex');
    const Body = 'x'.repeat(1024 * 1024 - 'Body='.length);
    expect(verify(URL_CALLED, { body: `Body=${Body}`, fields: { Body } })).toBe('authentic');
    expect(verify(URL_CALLED, { body: `Body=${Body}x`, fields: { Body: `${Body}x` } })).toBe(
      'body-too-complex',
    );
  });

  test('has no limits where it is not parsed', () => {
    const body = 'a&'.repeat(1_000_000);
    const bodySHA256 = sha256Hex(body);
    const call = { body, fields: {}, query: { bodySHA256 } };
    expect(verify(`${URL_CALLED}?bodySHA256=${bodySHA256}`, call)).toBe('authentic');
  });

  test.each(['a=%', 'a=%zz', 'a=%ff', '\xff'])('that can’t be decoded is refused: %j', (text) => {
    const signature = getExpectedTwilioSignature(TOKEN, URL_CALLED, {});
    const request = post({ 'x-twilio-signature': signature }, Buffer.from(text, 'latin1'));
    const settings = { type: 'Twilio' as const, toleranceSeconds: 300 };
    expect(twilio.verify(request, { secrets: [TOKEN], settings, now: NOW })).toBe('body-unexpected');
  });
});
