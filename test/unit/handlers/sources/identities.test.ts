import { describe, expect, test } from 'vitest';
import type { EventIdSettings, HmacSettings, SourceType } from '../../../../handlers/contract.ts';
import { sha256Hex } from '../../../../handlers/sha256.ts';
import { sourceOf } from '../../../../handlers/sources/index.ts';
import { post, trust } from '../deliveries.ts';

const identify = (
  type: SourceType,
  headers: Record<string, string>,
  body: unknown = {},
  eventId: EventIdSettings | undefined = undefined,
) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return sourceOf({ ...trust(type, []).settings, eventId }).identify(post(headers, text));
};

describe('what a sender says about its event', () => {
  test('Stripe: the body’s id, type and time, of either kind of event', () => {
    expect(identify('Stripe', {}, { id: 'evt_1', type: 'a.b', created: 1_767_323_045 })).toEqual({
      id: 'evt_1',
      type: 'a.b',
      sentAt: new Date(1_767_323_045_000),
    });
    expect(identify('Stripe', {}, { id: 'evt_2', created: '2026-01-02T03:04:05.000Z' }).sentAt).toEqual(
      new Date(1_767_323_045_000),
    );
    for (const body of ['', '[]', 'null', '{"id":""}', '{"created":1e99}', '{"created":{}}']) {
      expect(identify('Stripe', {}, body)).toEqual({ id: undefined, type: undefined, sentAt: undefined });
    }
  });

  test('Shopify: the event’s id within its topic, or the delivery’s', () => {
    const headers = {
      'x-shopify-topic': 'orders/create',
      'x-shopify-webhook-id': 'w',
      'x-shopify-triggered-at': '2026-01-02T03:04:05.123456789Z',
    };
    expect(identify('Shopify', { ...headers, 'x-shopify-event-id': 'e' })).toEqual({
      id: 'orders/create:e',
      type: 'orders/create',
      sentAt: new Date('2026-01-02T03:04:05.123Z'),
    });
    expect(identify('Shopify', headers).id).toBe('orders/create:w');
    expect(identify('Shopify', {}).id).toBeUndefined();
    // Which names count says the signature.
    const event = { 'shopify-hmac-sha256': 's', 'shopify-topic': 'Product', 'shopify-event-id': 'p' };
    expect(identify('Shopify', { ...headers, ...event })).toMatchObject({ id: 'Product:p', type: 'Product' });
  });

  test('Slack: the body’s event id; slash commands, which are forms, have none', () => {
    const body = {
      event_id: 'Ev1',
      event_time: 1_767_323_045,
      type: 'event_callback',
      event: { type: 'message' },
    };
    expect(identify('Slack', {}, body)).toEqual({
      id: 'Ev1',
      type: 'message',
      sentAt: new Date(1_767_323_045_000),
    });
    expect(identify('Slack', {}, 'command=%2Fdeploy&trigger_id=1').id).toBeUndefined();
  });

  test('GitLab: the signed id, or the one that retries share, never that of the chain of hooks', () => {
    const chain = { 'x-gitlab-event-uuid': 'chain', 'x-gitlab-event': 'Push Hook' };
    expect(identify('GitLab', { ...chain, 'webhook-id': 'a', 'idempotency-key': 'b' })).toEqual({
      id: 'a',
      type: 'Push Hook',
    });
    expect(identify('GitLab', { ...chain, 'idempotency-key': 'b' }).id).toBe('b');
    expect(identify('GitLab', chain).id).toBeUndefined();
  });

  test('Jira and Bitbucket: the request’s id in their headers', () => {
    const body = { webhookEvent: 'jira:issue_updated', timestamp: 1_767_323_045_000 };
    expect(identify('Jira', { 'x-atlassian-webhook-identifier': 'j' }, body)).toEqual({
      id: 'j',
      type: 'jira:issue_updated',
      sentAt: new Date(1_767_323_045_000),
    });
    expect(identify('Bitbucket', { 'x-request-uuid': 'u', 'x-event-key': 'repo:push' })).toEqual({
      id: 'u',
      type: 'repo:push',
    });
    expect(identify('Bitbucket', { 'x-request-id': 'r' }).id).toBe('r');
  });

  test('Twilio: its idempotency token', () => {
    expect(identify('Twilio', { 'i-twilio-idempotency-token': 't' }).id).toBe('t');
  });

  test.each(['Meta', 'X', 'MicrosoftGraph', 'Okta'] as const)('%s: the body itself', (type) => {
    expect(identify(type, {}, '{"a":1}').id).toBe(`sha256:${sha256Hex('{"a":1}')}`);
    expect(identify(type, {}, '{"a":2}').id).not.toBe(`sha256:${sha256Hex('{"a":1}')}`);
  });

  test('Okta: type and time as the body has them', () => {
    expect(
      identify('Okta', {}, { eventType: 'com.okta.event_hook', eventTime: '2026-01-02T03:04:05Z' }),
    ).toMatchObject({
      type: 'com.okta.event_hook',
      sentAt: new Date(1_767_323_045_000),
    });
  });

  test.each(['None', 'HMAC', 'ApiKey', 'Basic', 'Bearer'] as const)('%s: nothing', (type) => {
    expect(identify(type, { 'idempotency-key': 'k', 'x-request-id': 'r' }, { id: 1 })).toEqual({});
  });
});

describe('what a sender says about a delivery and the order of events', () => {
  const time = { attemptedAt: new Date(1_767_323_045_000) };

  test('Stripe, Slack, GitLab and HMAC: the signed time is the attempt’s', () => {
    const stripe = { 'stripe-signature': 't=1767323045,v1=00' };
    expect(identify('Stripe', stripe, { created: 1 })).toMatchObject({ ...time, sentAt: new Date(1000) });
    expect(identify('Slack', { 'x-slack-request-timestamp': '1767323045' })).toMatchObject(time);
    expect(identify('GitLab', { 'webhook-timestamp': '1767323045' })).toMatchObject(time);
    const hmac: HmacSettings = {
      header: 'x-proof',
      algorithm: 'sha256',
      encoding: 'hex',
      prefix: '',
      template: '{timestamp}.{body}',
      timestampHeader: 'X-Time',
    };
    const settings = { ...trust('HMAC', []).settings, hmac };
    expect(sourceOf(settings).identify(post({ 'x-time': '1767323045' }, ''))).toEqual(time);
  });

  test('Slack, Jira and Bitbucket: which attempt it is', () => {
    expect(identify('Slack', { 'x-slack-retry-num': '1' }).attempt).toBe(2);
    expect(identify('Jira', { 'x-atlassian-webhook-retry': '3' }).attempt).toBe(4);
    expect(identify('Bitbucket', { 'x-attempt-number': '1' }).attempt).toBe(1);
    for (const type of ['Slack', 'Jira', 'Bitbucket'] as const) {
      expect(identify(type, {}).attempt).toBeUndefined();
    }
  });

  test('Twilio: time and number of a call’s event; other bodies have none', () => {
    const form = 'CallSid=CA1&Timestamp=Fri%2C+02+Jan+2026+03%3A04%3A05+%2B0000&SequenceNumber=3';
    expect(identify('Twilio', {}, form)).toEqual({ sentAt: new Date(1_767_323_045_000), sequence: 3 });
    for (const body of [
      '',
      '{"SequenceNumber":3}',
      'SequenceNumber=-1&Timestamp=now',
      'SequenceNumber=%FF',
    ]) {
      expect(identify('Twilio', {}, body)).toEqual({});
    }
  });

  test('a number that is none is as good as absent', () => {
    for (const number of ['', 'one', '1.5', '-1', '1e3', '9'.repeat(40), '999999999999999']) {
      const headers = { 'x-slack-request-timestamp': number, 'x-slack-retry-num': number };
      expect(identify('Slack', headers).attemptedAt).toBeUndefined();
      expect(identify('StandardWebhooks', { 'svix-timestamp': number }).sentAt).toBeUndefined();
    }
    expect(identify('Slack', { 'x-slack-retry-num': '-1' }).attempt).toBeUndefined();
  });
});

describe('an identity that the user chose', () => {
  test('stands in a header, which is then found in any case and kept', () => {
    const eventId = { header: 'X-Event-Ref' };
    expect(identify('HMAC', { 'x-event-ref': 'e' }, {}, eventId).id).toBe('e');
    expect(identify('HMAC', {}, {}, eventId).id).toBeUndefined();
    const { identityHeaders } = sourceOf({ ...trust('None', []).settings, eventId });
    expect(identityHeaders).toContain('x-event-ref');
  });

  test.each([
    ['$.id', { id: 'a' }, 'a'],
    ['$.id', { id: 42 }, '42'],
    ['$.data.items[1].event-id', { data: { items: [{}, { 'event-id': 'b' }] } }, 'b'],
    ['$[0].id', [{ id: 'c' }], 'c'],
    ['$.id', { id: '' }, undefined],
    ['$.id', { id: 1.5 }, undefined],
    ['$.id', '{"id":12345678901234567890}', undefined],
    ['$.id', { id: { a: 1 } }, undefined],
    ['$.id', {}, undefined],
    ['$.id', 'id=1', undefined],
    ['$.a.b', { a: 'text' }, undefined],
    ['$.length', [1], undefined],
    ['$.__proto__', {}, undefined],
    ['$.constructor.name', {}, undefined],
  ])('stands at %s of %j: %j', (jsonPath, body, id) => {
    expect(identify('None', {}, body, { jsonPath }).id).toBe(id);
  });

  describe('in a form with JSON in its field payload', () => {
    const inForm = (body: string, contentType = 'application/x-www-form-urlencoded') =>
      identify('GitHub', { 'content-type': contentType }, body, { jsonPath: '$.a.id' }).id;
    const json = '{"a":{"id":"é & +=% ü"}}';
    const field = new URLSearchParams({ payload: json }).toString();

    test('is found there, wherever the field stands', () => {
      for (const body of [
        field,
        `x=1&${field}&payload=2`,
        `payloads=1&${field}`,
        `payload=${encodeURIComponent(json)}`,
      ]) {
        expect(inForm(body)).toBe('é & +=% ü');
      }
      expect(inForm(field, 'Application/X-WWW-Form-Urlencoded; charset=utf-8')).toBe('é & +=% ü');
    });

    test('is nowhere else, and nothing throws', () => {
      for (const body of [
        '',
        'payload',
        'payload=',
        'payload=%',
        'payload=%ff',
        'payload=1',
        'xpayload=1&payloads=2',
        '\uD800',
      ]) {
        expect(inForm(body)).toBeUndefined();
      }
      expect(inForm(field, 'text/plain')).toBeUndefined();
      expect(inForm(field, 'application/x-www-form-urlencodedx')).toBeUndefined();
    });

    test('is the body where that would take too much to read', () => {
      const deep = `payload=${'['.repeat(101)}${']'.repeat(101)}`;
      expect(inForm(deep)).toBe(`sha256:${sha256Hex(deep)}`);
    });
  });

  test('is the body', () => {
    expect(identify('Bearer', {}, 'x', { bodySha256: true }).id).toBe(`sha256:${sha256Hex('x')}`);
  });

  test('replaces the sender’s own, and leaves the rest of what it says', () => {
    const headers = { 'x-github-hook-id': '1', 'x-github-delivery': 'd', 'x-github-event': 'push' };
    expect(identify('GitHub', headers, { after: 'sha' }, { jsonPath: '$.after' })).toEqual({
      id: 'sha',
      type: 'push',
    });
  });
});
