/**
 * MongoDB as far as inserts: answers at once and keeps nothing. (MongoDB manual: "MongoDB Wire Protocol".)
 * Arguments: the port, and after how many seconds it ends.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';

const OPERATION = { reply: 1, query: 2004, message: 2013 } as const;
const HEADER_BYTES = 16;

/** A standalone server of MongoDB 7.0. */
const HELLO = {
  helloOk: true,
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  logicalSessionTimeoutMinutes: 30,
  ok: 1,
};

/** What is said to a command, by its name; `{ ok: 1 }` to all others. `sent`: documents that came beside the command. */
const ANSWERS: Readonly<Record<string, (command: BSON.Document, sent: number) => BSON.Document>> = {
  hello: () => HELLO,
  insert: ({ documents = [] }, sent) => ({ n: documents.length + sent, ok: 1 }),
  find: () => ({ cursor: { id: BSON.Long.ZERO, ns: 'none.none', firstBatch: [] }, ok: 1 }),
};

/** The answer to one whole message. */
function answer(message: Buffer): Buffer {
  const [id, operation] = [message.readInt32LE(4), message.readInt32LE(12)];
  // By it drivers still say hello.
  if (operation === OPERATION.query) {
    const fields = Buffer.alloc(20);
    fields.writeInt32LE(1, 16);
    return framed(OPERATION.reply, id, [fields, BSON.serialize(HELLO)]);
  }
  const { command, sent } = read(message);
  const [name = ''] = Object.keys(command);
  const said = ANSWERS[name]?.(command, sent) ?? { ok: 1 };
  return framed(OPERATION.message, id, [Buffer.alloc(5), BSON.serialize(said)]);
}

/** The command of a message, and how many documents stand in sections of their own. */
function read(message: Buffer): { readonly command: BSON.Document; readonly sent: number } {
  let command: BSON.Document = {};
  let sent = 0;
  for (let at = HEADER_BYTES + 4; at < message.length; ) {
    const isSequence = message[at] === 1;
    const end = at + 1 + message.readInt32LE(at + 1);
    if (!isSequence) command = BSON.deserialize(message.subarray(at + 1, end));
    else
      for (let document = message.indexOf(0, at + 5) + 1; document < end; sent++)
        document += message.readInt32LE(document);
    at = end;
  }
  return { command, sent };
}

function framed(operation: number, to: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const message = Buffer.concat([header, ...parts]);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(to, 8);
  message.writeInt32LE(operation, 12);
  return message;
}

/** Answers on a connection until it ends. */
function serve(socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES && pending.length >= pending.readInt32LE(0)) {
      const end = pending.readInt32LE(0);
      socket.write(answer(pending.subarray(0, end)));
      pending = pending.subarray(end);
    }
  });
}

export const quickStore = (): Server => createServer(serve);

if (import.meta.main) {
  const [port, seconds] = process.argv.slice(2).map(Number);
  quickStore().listen(port, '127.0.0.1');
  setTimeout(() => process.exit(), (seconds ?? 0) * 1000);
}
