/** SQS as far as SendMessage: answers at once and keeps nothing. Arguments: the port, and after how many seconds it ends. */
import { hash } from 'node:crypto';
import { createServer } from 'node:http';

const [port, seconds] = process.argv.slice(2).map(Number);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { MessageBody } = JSON.parse(Buffer.concat(chunks).toString()) as { MessageBody: string };
    response.setHeader('Content-Type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody: hash('md5', MessageBody) }));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(port, '127.0.0.1');
setTimeout(() => process.exit(), (seconds ?? 0) * 1000);
