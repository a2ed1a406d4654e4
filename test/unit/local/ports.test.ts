import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, requirePort } from '../../../local/ports.ts';

test('a port in use is an error of one line that says what to do', async () => {
  const port = await freePort();
  await expect(requirePort('127.0.0.1', port, 'the database')).resolves.toBeUndefined();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await expect(requirePort('127.0.0.1', port, 'the database')).rejects.toThrow(
    `the database needs 127.0.0.1:${port}, and another program listens there: stop it`,
  );
  await new Promise((resolve) => server.close(resolve));
});

test("an address that isn't this machine's is an error of one line", async () => {
  await expect(requirePort('192.0.2.1', 27017, 'the database')).rejects.toThrow(
    "the database needs the address 192.0.2.1, which this machine doesn't have",
  );
});
