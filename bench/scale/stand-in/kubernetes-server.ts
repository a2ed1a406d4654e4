import type { Transport, TransportRequest } from '../../../src/kubernetes/transport.ts';
import { type LoopbackServer, serveLoopback } from '../../loopback-server.ts';

/** Serves a simulated Kubernetes API, watches included. */
export async function serveKubernetes(transport: Transport): Promise<LoopbackServer> {
  return await serveLoopback(async ({ method = 'GET', url: path = '/', headers }, body, response) => {
    const ended = new AbortController();
    response.once('close', () => ended.abort());
    const request = {
      method: method as TransportRequest['method'],
      path,
      headers: { 'content-type': headers['content-type'] ?? '' },
      ...(body.length > 0 && { body }),
      signal: ended.signal,
    };
    try {
      const answer = await transport.request(request);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.flushHeaders();
      for await (const chunk of answer.body) response.write(chunk);
      response.end();
    } catch {
      // The operator has ended the request, or the server is to seem gone.
      response.destroy();
    }
  });
}
