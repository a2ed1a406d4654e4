import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { TIMESTAMP_FORMATS } from '../../../handlers/contract.ts';
import {
  decodeEnvelope,
  type Envelope,
  EnvelopeError,
  encodeEnvelope,
  MAX_BODY_BYTES,
} from '../../../handlers/envelope.ts';
import { SOURCE_TYPES } from '../../../src/senders/index.ts';

const plain: Envelope = {
  id: '0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5',
  receivedAt: new Date('2026-01-02T03:04:05.678Z'),
  source: 'GitHub',
  identity: '4711:72d3162e-cc78-11e3-81ab-4c9367dc0958',
  eventType: 'push',
  sentAt: new Date('2026-01-02T03:04:00.000Z'),
  contentType: 'application/json',
  headers: { 'x-github-event': ['push'], 'user-agent': ['GitHub-Hookshot/1', 'relay'] },
  body: Buffer.from('{"ref":"refs/heads/main"}'),
};

describe('an encoded envelope', () => {
  test('comes back as it was, whatever it holds', () => {
    const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
    const text = fc.string({ unit: 'binary', minLength: 1 });
    const envelope = fc.record({
      id: fc.uuid(),
      receivedAt: date,
      source: fc.constantFrom(...SOURCE_TYPES),
      identity: text,
      eventType: fc.option(text, { nil: undefined }),
      sentAt: fc.option(date, { nil: undefined }),
      sequence: fc.option(fc.nat(), { nil: undefined }),
      attemptedAt: fc.option(date, { nil: undefined }),
      attempt: fc.option(fc.nat(), { nil: undefined }),
      batch: fc.option(
        fc.record({
          each: text,
          event: fc.record({
            id: fc.array(text, { maxLength: 2 }),
            sentAt: fc.record({ at: text, format: fc.constantFrom(...TIMESTAMP_FORMATS) }),
          }),
          varying: fc.array(text, { maxLength: 2 }),
        }),
        { nil: undefined },
      ),
      contentType: fc.option(text, { nil: undefined }),
      headers: fc.dictionary(
        fc.stringMatching(/^[a-z][a-z0-9-]*$/),
        fc.array(fc.string({ unit: 'binary' })),
        {
          noNullPrototype: true,
        },
      ),
      body: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(envelope, (original) => {
        const message = encodeEnvelope(original);
        expect(message).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeEnvelope(message)).toEqual(original);
      }),
      { numRuns: 1000 },
    );
  });

  test('has a compressed body only if it is billed for more than one part otherwise, and that is smaller', () => {
    const text = '{"ref":"refs/heads/main"}';
    const small = { ...plain, body: Buffer.from(text.repeat(1900)) };
    const large = { ...plain, body: Buffer.from(text.repeat(2000)) };
    const random = { ...plain, body: randomBytes(100_000) };
    expect(encodeEnvelope(small).length).toBeGreaterThan(60_000);
    expect(encodeEnvelope(small)).toContain('"encoding":"none"');
    expect(encodeEnvelope(large).length).toBeLessThan(2000);
    expect(encodeEnvelope(large)).toContain('"encoding":"zstd"');
    expect(encodeEnvelope(random)).toContain('"encoding":"none"');
    for (const envelope of [small, large, random])
      expect(decodeEnvelope(encodeEnvelope(envelope))).toEqual(envelope);
  });

  test('is compressed from the first byte that is billed anew', () => {
    const sized = (bytes: number) => encodeEnvelope({ ...plain, body: Buffer.alloc(bytes) });
    const around = sized(0).length;
    const fits = Math.floor((65_536 - around) / 4) * 3;
    expect(sized(fits).length).toBeGreaterThan(65_532);
    expect(sized(fits)).toContain('"encoding":"none"');
    expect(sized(fits + 1)).toContain('"encoding":"zstd"');
  });

  test('is read without a parser going over the text of its body', () => {
    const parse = vi.spyOn(JSON, 'parse');
    decodeEnvelope(encodeEnvelope(plain));
    expect(parse).toHaveBeenCalledOnce();
    expect(parse).toHaveBeenCalledWith(expect.not.stringContaining(plain.body.toString('base64')));
    parse.mockRestore();
  });

  test('may have an empty body', () => {
    const empty = { ...plain, body: Buffer.alloc(0) };
    expect(decodeEnvelope(encodeEnvelope(empty))).toEqual(empty);
  });
});

describe('a message that waited in a queue while the functions were replaced', () => {
  test('can be read, though it has fewer fields', () => {
    const message =
      '{"version":1,"id":"0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5","receivedAt":"2026-01-02T03:04:05.678Z",' +
      '"source":"GitHub","identity":"4711:72d3162e-cc78-11e3-81ab-4c9367dc0958","eventType":"push",' +
      '"sentAt":"2026-01-02T03:04:00.000Z","contentType":"application/json",' +
      '"headers":{"x-github-event":["push"],"user-agent":["GitHub-Hookshot/1","relay"]},' +
      '"encoding":"none","body":"eyJyZWYiOiJyZWZzL2hlYWRzL21haW4ifQ=="}';
    expect(decodeEnvelope(message)).toEqual(plain);
  });

  test('can be read, though it has only what each has and its body is compressed', () => {
    const message =
      '{"version":1,"id":"0d1c9bd8-39a5-4a7c-8a2c-b34be2a2d1b5","receivedAt":"2026-01-02T03:04:05.678Z",' +
      '"source":"GitHub","identity":"4711:72d3162e-cc78-11e3-81ab-4c9367dc0958","headers":{},' +
      '"encoding":"zstd","body":"KLUv/WBABX0AAEB7ImEiOjF9CgEANe4vXA=="}';
    const { id, receivedAt, source, identity } = plain;
    const body = Buffer.from('{"a":1}\n'.repeat(200));
    expect(decodeEnvelope(message)).toEqual({ id, receivedAt, source, identity, headers: {}, body });
  });

  test('can be read, though it has fields of a later version', () => {
    const later = JSON.stringify({ ...JSON.parse(encodeEnvelope(plain)), tomorrow: [1] });
    expect(decodeEnvelope(later)).toEqual(plain);
  });
});

describe('a message that is no envelope is a clear error', () => {
  const fields = () => JSON.parse(encodeEnvelope(plain)) as Record<string, unknown>;

  test.each([
    ['', 'not JSON'],
    ['hello', 'not JSON'],
    ['null', 'not a JSON object'],
    ['[]', 'not a JSON object'],
    ['{}', 'version undefined'],
  ])('%j', (message, problem) => {
    expect(() => decodeEnvelope(message)).toThrow(EnvelopeError);
    expect(() => decodeEnvelope(message)).toThrow(problem);
  });

  test.each([
    [{ version: 2 }, 'envelope version 2'],
    [{ id: 7 }, '"id"'],
    [{ identity: '' }, '"identity"'],
    [{ receivedAt: 'yesterday' }, '"receivedAt"'],
    [{ sentAt: 'yesterday' }, '"sentAt"'],
    [{ sequence: '3' }, '"sequence"'],
    [{ attemptedAt: 1_767_323_045 }, '"attemptedAt"'],
    [{ attempt: 1.5 }, '"attempt"'],
    [{ source: 'No body' }, '"source"'],
    [{ eventType: {} }, '"eventType"'],
    [{ contentType: 1 }, '"contentType"'],
    [{ batch: null }, '"batch"'],
    [{ batch: { each: '$' } }, '"batch"'],
    [{ batch: { each: 1, event: { id: [] } } }, '"batch"'],
    [{ batch: { each: '$', event: { id: [1] } } }, '"batch"'],
    [{ batch: { each: '$', event: { id: [] }, varying: '$.a' } }, '"batch"'],
    [{ headers: null }, '"headers"'],
    [{ headers: { a: 'b' } }, '"headers"'],
    [{ headers: { a: [1] } }, '"headers"'],
    [{ body: undefined }, '"body" is not base64'],
    [{ body: 'a' }, '"body" is not base64'],
    [{ body: 'YQ=\\' }, '"body" is not base64'],
    [{ body: 'YQ="' }, '"body" is not base64'],
    [{ encoding: 'gzip' }, '"encoding"'],
    [{ encoding: 'zstd', body: 'AAAA' }, "can't be decompressed"],
  ])('%j', (change, problem) => {
    const message = JSON.stringify({ ...fields(), ...change });
    expect(() => decodeEnvelope(message)).toThrow(EnvelopeError);
    expect(() => decodeEnvelope(message)).toThrow(problem);
  });

  test.each([
    ['lists in lists', '['.repeat(1_000_000)],
    ['many values', `[${'{},'.repeat(349_000)}{}]`],
    [
      'many values beside what an envelope has',
      JSON.stringify({ ...fields(), more: Array(30_000).fill({}) }),
    ],
    ['many values behind a body', `{"version":1,"body":"","more":[${'{},'.repeat(30_000)}{}]}`],
    [
      'many values between two bodies',
      `{"version":1,"body":"","more":[${'{},'.repeat(30_000)}{}],"body":""}`,
    ],
  ])('%s are not parsed', (_, message) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(() => decodeEnvelope(message)).toThrow('more than an envelope');
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test('an envelope with the most headers that a gateway lets through is none of these', () => {
    const headers = Object.fromEntries(
      Array.from({ length: 3400 }, (_, index) => [index.toString(36), ['']]),
    );
    expect(decodeEnvelope(encodeEnvelope({ ...plain, headers }))).toEqual({ ...plain, headers });
  });

  test('a body that asks for more memory than any body needs isn’t decompressed', async () => {
    const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
    // In two parts, so that its size is not known when the first is written.
    const body = buffer(stream);
    stream.write(Buffer.alloc(200_000));
    await new Promise((resolve) => stream.flush(() => resolve(undefined)));
    stream.end(Buffer.alloc(200_000));
    const message = { ...fields(), encoding: 'zstd', body: (await body).toString('base64') };
    expect(() => decodeEnvelope(JSON.stringify(message))).toThrow("can't be decompressed");
  });

  test('a body that would grow beyond what Lambda takes isn’t decompressed', () => {
    const withBody = (bytes: number) =>
      JSON.stringify({
        ...fields(),
        encoding: 'zstd',
        body: zstdCompressSync(Buffer.alloc(bytes)).toString('base64'),
      });
    expect(decodeEnvelope(withBody(MAX_BODY_BYTES)).body).toHaveLength(MAX_BODY_BYTES);
    expect(() => decodeEnvelope(withBody(MAX_BODY_BYTES + 1))).toThrow("can't be decompressed");
  });
});
