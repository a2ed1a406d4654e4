import { expect, test } from 'vitest';
import { Metrics } from '../../../src/metrics/registry.ts';
import { serve } from '../../../src/process/http-server.ts';
import { metricsRoute } from '../../../src/process/metrics-route.ts';

const port = await serve(0, {
  '/ok': () => ({ status: 200, body: 'ok\n' }),
  '/broken': () => {
    throw new Error('what is wrong');
  },
  '/metrics': metricsRoute(new Metrics()),
  '/guarded': metricsRoute(new Metrics(), async (authorization) =>
    authorization === 'Bearer known' ? 'allowed' : authorization ? 'forbidden' : 'unauthenticated',
  ),
});
const url = `http://127.0.0.1:${port}`;
const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(url + path, init);
  return [response.status, await response.text()];
};

test('paths are answered, and nothing else', async () => {
  expect(await get('/ok?verbose')).toEqual([200, 'ok\n']);
  expect(await get('/ok', { method: 'HEAD' })).toEqual([200, '']);
  expect(await get('/ok', { method: 'POST' })).toEqual([405, 'only GET\n']);
  expect(await get('/other')).toEqual([404, 'not found\n']);
  expect(await get('/toString')).toEqual([404, 'not found\n']);
  expect(await get('/broken')).toEqual([500, 'what is wrong\n']);
});

test('metrics are told in Prometheus’ text format', async () => {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('# TYPE workqueue_depth gauge');
});

test('metrics that are guarded are told to whom it is allowed', async () => {
  const as = (authorization?: string) =>
    get('/guarded', authorization === undefined ? {} : { headers: { authorization } });
  expect((await as('Bearer known'))[0]).toBe(200);
  expect((await as('Bearer other'))[0]).toBe(403);
  expect(await as()).toEqual([401, expect.stringContaining('Bearer <token>')]);
});

test('a port that is taken is named, and what to set', async () => {
  await expect(serve(port, {})).rejects.toThrow(
    new RegExp(`^port ${port} can't be listened on \\(.*EADDRINUSE.*\\): set NAMI_PORT to another$`),
  );
});
