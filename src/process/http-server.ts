import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../start-error.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** By path: what a GET answers. */
export type Routes = Readonly<Record<string, (headers: IncomingHttpHeaders) => Answer | Promise<Answer>>>;

/** Serves the routes on a port of all addresses, and answers which it is; 0 takes any that is free. */
export async function serve(port: number, routes: Routes): Promise<number> {
  const server = createServer(async ({ method, url = '', headers }, response) => {
    const {
      status,
      body,
      contentType = 'text/plain; charset=utf-8',
    } = await answer(routes, method, url, headers);
    response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new StartError(`port ${port} can't be listened on (${cause.message}): set NAMI_PORT to another`, {
          cause,
        }),
      ),
    );
    server.listen(port, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function answer(
  routes: Routes,
  method: string | undefined,
  url: string,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  const [path = ''] = url.split('?');
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route) return { status: 404, body: 'not found\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET\n' };
  try {
    return await route(headers);
  } catch (error) {
    return { status: 500, body: `${error instanceof Error ? error.message : error}\n` };
  }
}
