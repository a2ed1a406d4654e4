import { connect, createServer, type Socket } from 'node:net';

/** A way of its own to a server, which can be cut. */
export interface Forwarder {
  readonly port: number;
  /** Bytes that went through towards the server. */
  readonly sentBytes: number;
  /** From now on nothing goes through any more, in either direction, and nobody is told. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface and passes on what comes to `port`. */
export async function forwardTo(port: number): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let sentBytes = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((incoming) => {
    keep(incoming);
    if (isCut) return;
    const onward = connect(port, '127.0.0.1');
    keep(onward);
    incoming.on('data', (chunk) => {
      if (isCut) return;
      sentBytes += chunk.length;
      onward.write(chunk);
    });
    onward.on('data', (chunk) => {
      if (!isCut) incoming.write(chunk);
    });
    incoming.on('close', () => onward.destroy());
    onward.on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    port: address.port,
    get sentBytes() {
      return sentBytes;
    },
    cut: () => {
      isCut = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
