import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { senderCallsBy } from '../../../../handlers/pre-queue/sender-calls.ts';
import { SenderError } from '../../../../handlers/pre-queue/sender-error.ts';
import { post } from '../deliveries.ts';
import { signingCertificate } from '../sources/signing-certificate.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:orders';
const HOST = 'https://sns.eu-central-1.amazonaws.com';
const { pem, certificate } = signingCertificate();
const settings = { type: 'SNS', toleranceSeconds: 300, sns: { topicArns: [TOPIC] } };
const naming = (url: string) => post({}, JSON.stringify({ TopicArn: TOPIC, SigningCertURL: url }));

let server: Server;
let answer: RequestListener;
let asked: string[];

beforeEach(async () => {
  asked = [];
  answer = (_, response) => response.end(pem);
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** All that is for the sender's host comes to the server here. */
const calls = () =>
  senderCallsBy((url, options) => {
    const { port } = server.address() as AddressInfo;
    return fetch(String(url).replace(HOST, `http://127.0.0.1:${port}`), options);
  });
const certificateOf = (by: ReturnType<typeof calls>, file: string, milliseconds = 2000) =>
  by.certificateOf(naming(`${HOST}/${file}`), settings, milliseconds);

describe('a certificate', () => {
  test('is asked for once, and kept', async () => {
    const by = calls();
    for (let i = 0; i < 3; i++)
      expect((await certificateOf(by, 'a.pem'))?.fingerprint256).toBe(certificate.fingerprint256);
    expect(asked).toEqual(['/a.pem']);
  });

  test('is not asked for where a delivery names none of the sender’s', async () => {
    const by = calls();
    for (const url of ['https://attacker.example/a.pem', 'http://169.254.169.254/a.pem', ''])
      expect(await by.certificateOf(naming(url), settings, 2000)).toBeUndefined();
    expect(await by.certificateOf(post({}, 'no JSON'), settings, 2000)).toBeUndefined();
    const other = { ...naming(`${HOST}/a.pem`), method: 'GET' };
    expect(await by.certificateOf(other, settings, 2000)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('makes place for others, the oldest first', async () => {
    const by = calls();
    for (let n = 0; n <= 10; n++) await certificateOf(by, `c${n}.pem`);
    asked = [];
    await certificateOf(by, 'c10.pem');
    await certificateOf(by, 'c1.pem');
    expect(asked).toEqual([]);
    await certificateOf(by, 'c0.pem');
    expect(asked).toEqual(['/c0.pem']);
  });

  test('that isn’t there, or is none, is none; and the next delivery asks again', async () => {
    const by = calls();
    for (const status of [404, 403, 400]) {
      answer = (_, response) => response.writeHead(status).end(pem);
      expect(await certificateOf(by, 'a.pem')).toBeUndefined();
    }
    for (const text of ['', 'no certificate', pem.slice(0, 300)]) {
      answer = (_, response) => response.end(text);
      expect(await certificateOf(by, 'a.pem')).toBeUndefined();
    }
    answer = (_, response) => response.end(pem);
    expect(await certificateOf(by, 'a.pem')).toBeDefined();
  });

  test.each<[string, RequestListener]>([
    ['sends us elsewhere', (_, response) => response.writeHead(302, { location: '/b.pem' }).end()],
    ['is overloaded', (_, response) => response.writeHead(429).end()],
    ['fails', (_, response) => response.writeHead(503).end(pem)],
    [
      'breaks off',
      (_, response) =>
        response.writeHead(200, { 'content-length': '9999' }).write(pem, () => response.destroy()),
    ],
    ['sends without end', (_, response) => response.end(Buffer.alloc(70_000, 'a'))],
    ['says nothing', () => {}],
    ['never ends', (_, response) => response.writeHead(200).write('a')],
  ])('can’t be had where its host %s', async (_, does) => {
    answer = does;
    const begin = performance.now();
    await expect(certificateOf(calls(), 'a.pem', 200)).rejects.toThrow(SenderError);
    await expect(certificateOf(calls(), 'a.pem', 200)).rejects.toThrow(
      'sns.eu-central-1.amazonaws.com does not answer as it should',
    );
    expect(performance.now() - begin).toBeLessThan(2000);
    expect(asked).not.toContain('/b.pem');
  });
});

describe('a visit', () => {
  test('is over once the sender says yes', async () => {
    await calls().visit(`${HOST}/?Action=ConfirmSubscription`, 2000);
    expect(asked).toEqual(['/?Action=ConfirmSubscription']);
  });

  test.each([302, 400, 404, 429, 500])('fails where it says %s', async (status) => {
    answer = (_, response) => response.writeHead(status, { location: '/elsewhere' }).end();
    await expect(calls().visit(`${HOST}/?a`, 2000)).rejects.toThrow(SenderError);
    expect(asked).toEqual(['/?a']);
  });
});
