import { expect, test } from 'vitest';
import { AccessReview } from '../../../src/kubernetes/access-review.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { FakeClock } from '../fake-clock.ts';
import { ScriptedTransport } from './scripted-transport.ts';

const USERS: Record<string, string> = {
  'token-of-prometheus': 'prometheus',
  'token-of-somebody': 'somebody',
};

function reviews() {
  const clock = new FakeClock();
  const transport = new ScriptedTransport(({ path, body }) => {
    const { spec } = JSON.parse(body ?? '{}');
    if (path.endsWith('/tokenreviews')) {
      const username = USERS[spec.token];
      return {
        status: 201,
        json: { status: { authenticated: username !== undefined, user: { username, groups: ['g'] } } },
      };
    }
    expect(spec).toMatchObject({ groups: ['g'], nonResourceAttributes: { path: '/metrics', verb: 'get' } });
    return { status: 201, json: { status: { allowed: spec.user === 'prometheus' } } };
  });
  const review = new AccessReview(new KubernetesClient({ transport, clock }), clock);
  return { clock, transport, mayGet: (header?: string) => review.mayGet('/metrics', header) };
}

test('whoever shows a token is told apart by the API server', async () => {
  const { mayGet } = reviews();
  expect(await mayGet('Bearer token-of-prometheus')).toBe('allowed');
  expect(await mayGet('Bearer token-of-somebody')).toBe('forbidden');
  expect(await mayGet('Bearer made-up')).toBe('unauthenticated');
});

test('no or another header is not worth a question', async () => {
  const { mayGet, transport } = reviews();
  expect(await mayGet()).toBe('unauthenticated');
  expect(await mayGet('Basic dXNlcjpwYXNz')).toBe('unauthenticated');
  expect(transport.requests).toEqual([]);
});

test('an answer holds for a minute', async () => {
  const { mayGet, transport, clock } = reviews();
  await mayGet('Bearer token-of-prometheus');
  await clock.advance(59_000);
  await mayGet('Bearer token-of-prometheus');
  expect(transport.requests).toHaveLength(2);
  await clock.advance(1_000);
  await mayGet('Bearer token-of-prometheus');
  expect(transport.requests).toHaveLength(4);
});
