import { describe, expect, test } from 'vitest';
import { toRawRequest } from '../../../../handlers/pre-queue/gateway-event.ts';

describe('the body', () => {
  test('is the bytes that were sent, UTF-8 or not', () => {
    const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x0a]);
    expect(toRawRequest({ body: bytes.toString('base64'), isBase64Encoded: true })?.body).toEqual(bytes);
  });

  test('is a form as it was written, never decoded and encoded again', () => {
    const form = 'payload=%7b%22a%22%3A+1%7d&b=c%20d';
    const body = Buffer.from(form).toString('base64');
    expect(toRawRequest({ body, isBase64Encoded: true })?.body.toString()).toBe(form);
    expect(toRawRequest({ body: form, isBase64Encoded: false })?.body.toString()).toBe(form);
  });

  test('may be text, empty or absent', () => {
    expect(toRawRequest({ body: 'é' })?.body).toEqual(Buffer.from('é'));
    for (const body of ['', null]) {
      expect(toRawRequest({ body, isBase64Encoded: true })?.body).toEqual(Buffer.alloc(0));
      expect(toRawRequest({ body, isBase64Encoded: false })?.body).toEqual(Buffer.alloc(0));
    }
    expect(toRawRequest({})?.body).toEqual(Buffer.alloc(0));
  });

  test.each(['a', 'ab=', 'a b=', 'YWJj\n', 'ä===', '{"a":1}='])('%j is not base64', (body) => {
    expect(toRawRequest({ body, isBase64Encoded: true })).toBeUndefined();
  });
});

describe('headers', () => {
  const headers = (event: Parameters<typeof toRawRequest>[0]) =>
    Object.fromEntries(toRawRequest(event)?.headers ?? []);

  test('are found in any case, with all their values in order', () => {
    expect(
      headers({
        headers: { 'X-GitHub-Event': 'push', 'X-Twice': 'b' },
        multiValueHeaders: { 'X-GitHub-Event': ['push'], 'X-Twice': ['a', 'b'] },
      }),
    ).toEqual({ 'x-github-event': ['push'], 'x-twice': ['a', 'b'] });
  });

  test('that differ in case alone, or between the two maps, are one header with several values', () => {
    expect(
      headers({
        multiValueHeaders: { 'X-Signature': ['a'], 'x-signature': ['b'] },
        headers: { 'X-SIGNATURE': 'c' },
      }),
    ).toEqual({ 'x-signature': ['a', 'b', 'c'] });
  });

  test('come from the one map that is there', () => {
    expect(headers({ headers: { A: 'b', C: undefined }, multiValueHeaders: null })).toEqual({ a: ['b'] });
    expect(headers({ headers: null, multiValueHeaders: { A: ['b'] } })).toEqual({ a: ['b'] });
    expect(headers({})).toEqual({});
  });
});

test('the query keeps its names and all values; the URL is the public one', () => {
  const request = toRawRequest({
    httpMethod: 'GET',
    queryStringParameters: { 'hub.Mode': 'y' },
    multiValueQueryStringParameters: { 'hub.Mode': ['x', 'y'] },
    requestContext: { domainName: 'a1.execute-api.eu-west-1.amazonaws.com', path: '/live/nami/orders' },
  });
  expect(request?.query).toEqual(new Map([['hub.Mode', ['x', 'y']]]));
  expect(request?.url).toBe('https://a1.execute-api.eu-west-1.amazonaws.com/live/nami/orders');
  expect(request?.method).toBe('GET');
});

test('where the gateway doesn’t name its host, the one that was called is the public one', () => {
  const event = { headers: { Host: 'hooks.example' }, requestContext: { path: '/live/nami/orders' } };
  expect(toRawRequest(event)?.url).toBe('https://hooks.example/live/nami/orders');
});
