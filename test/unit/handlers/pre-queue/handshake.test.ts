import { expect, test, vi } from 'vitest';
import { receive } from '../../../../handlers/pre-queue/receive.ts';
import type { Source } from '../../../../handlers/sources/source.ts';
import { NOW, post, trust } from '../deliveries.ts';

vi.mock('../../../../handlers/sources/index.ts', async (importOriginal) => {
  const { SOURCES } = await importOriginal<typeof import('../../../../handlers/sources/index.ts')>();
  const asking: Source = {
    ...SOURCES.GitHub,
    handshake: ({ query }) => {
      const challenge = query.get('challenge')?.[0];
      return challenge === undefined
        ? undefined
        : { statusCode: 200, contentType: 'text/plain', body: challenge };
    },
  };
  return { SOURCES: { ...SOURCES, GitHub: asking } };
});

const settings = { source: trust('GitHub', []).settings, secrets: ['secret'] };

test('a sender’s question is answered by any method, and nothing goes into the queue', () => {
  for (const method of ['GET', 'POST']) {
    const request = { ...post({}), method, query: new Map([['challenge', ['a<b>']]]) };
    const answer = { statusCode: 200, contentType: 'text/plain', body: 'a<b>' };
    expect(receive(request, settings, NOW, 'id')).toEqual({ kind: 'answer', answer });
  }
});

test('what is no question is judged like any other request', () => {
  expect(receive(post({}), settings, NOW, 'id')).toEqual({ kind: 'refused', reason: 'signature-missing' });
  const get = { ...post({}), method: 'GET' };
  expect(receive(get, settings, NOW, 'id')).toEqual({ kind: 'refused', reason: 'method-not-allowed' });
});
