import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error.ts';

const given = new Set<number>();

/** A TCP port of the loopback interface that nothing listens on at this moment; never the same one twice. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0, '127.0.0.1');
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (given.has(port)) return freePort();
  given.add(port);
  return port;
}

/** Fails with one clear line when `address:port` can't be listened on. */
export async function requirePort(address: string, port: number, purpose: string): Promise<void> {
  const server = createServer();
  try {
    await listen(server, port, address);
  } catch (cause) {
    throw unusable(address, port, purpose, cause);
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function listen(server: ReturnType<typeof createServer>, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server has a port');
      resolve(bound.port);
    });
  });
}

function unusable(address: string, port: number, purpose: string, cause: unknown): LocalStackError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return new LocalStackError(
      `${purpose} needs ${address}:${port}, and another program listens there: stop it (another local stack, perhaps) and try again`,
      { cause },
    );
  }
  if (code === 'EADDRNOTAVAIL') {
    return new LocalStackError(
      `${purpose} needs the address ${address}, which this machine doesn't have: on macOS run "sudo ifconfig lo0 alias ${address}"`,
      { cause },
    );
  }
  return new LocalStackError(`${purpose} can't listen on ${address}:${port}: ${String(cause)}`, { cause });
}
