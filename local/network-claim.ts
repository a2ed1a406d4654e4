import { createServer } from 'node:net';
import { LocalStackError } from './local-stack-error.ts';

/** A range of addresses that no other local stack on this machine uses. */
export interface NetworkClaim {
  readonly cidr: string;
  release(): void;
}

/** The port of the databases; the first address of the range is a VPC's router and never a host's. */
const PORT = 27_017;
const FIRST = 77;
const LAST = 127;

/**
 * Claims 127.77.0.0/16, or the next such range when another stack has it. On Linux all of 127.0.0.0/8 is this machine,
 * so that a host's private address is one that can be served.
 */
export async function claimNetwork(): Promise<NetworkClaim> {
  for (let octet = FIRST; octet <= LAST; octet++) {
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(PORT, `127.${octet}.0.1`, () => resolve(true));
    });
    if (!isFree) continue;
    server.unref();
    return { cidr: `127.${octet}.0.0/16`, release: () => server.close() };
  }
  throw new LocalStackError(
    `no address 127.x.0.1 between 127.${FIRST} and 127.${LAST} can be listened on: stop other local stacks; other systems than Linux need these addresses on their loopback interface`,
  );
}
