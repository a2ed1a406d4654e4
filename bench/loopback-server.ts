import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface LoopbackServer {
  /** Host and port. */
  readonly address: string;
  close(): void;
}

/** Serves HTTP to this machine alone, on any port, with requests that may wait for their answer without end. */
export async function serveLoopback(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(0, '127.0.0.1', 1024, listening.resolve);
  await listening.promise;
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port');
  return {
    address: `127.0.0.1:${bound.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
