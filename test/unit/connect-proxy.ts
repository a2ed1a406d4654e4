import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

export interface Listening {
  /** Host and port on the loopback interface. */
  readonly address: string;
  readonly connections: () => number;
  readonly close: () => void;
}

/** Serves on the loopback interface and counts the connections that are made. */
export async function listen(server: Server): Promise<Listening> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.length,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A proxy for CONNECT that leads every tunnel to one address, and notes where each was to lead. */
export async function connectProxy(onwardTo: string): Promise<Listening & { readonly tunnels: string[] }> {
  const tunnels: string[] = [];
  const [host, port] = onwardTo.split(':');
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return { ...(await listen(proxy)), tunnels };
}

/** Files with a key and a certificate for a name, on 127.0.0.1 and for further hosts. */
export function certificate(
  folder: string,
  name: string,
  ...hosts: string[]
): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const names = ['IP:127.0.0.1', ...hosts.map((host) => `DNS:${host}`)].join();
  const made = spawnSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
    ],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`openssl is needed for this test: ${made.stderr}`);
  return { key, cert };
}
