import { hash } from 'node:crypto';
import { type LoopbackServer, serveLoopback } from '../loopback-server.ts';
import { ASSUMED_SQS_MILLISECONDS } from '../sqs-milliseconds.ts';
import type { MessageQueue } from './message-queue.ts';

/** SQS as far as SendMessage (AWS JSON protocol): answers once the queue has the message, as late as SQS would. */
export function serveQueue(queue: MessageQueue): Promise<LoopbackServer> {
  return serveLoopback(({ headers }, body, response) => {
    const reply = (status: number, fields: object) =>
      response
        .writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' })
        .end(JSON.stringify(fields));
    if (headers['x-amz-target'] !== 'AmazonSQS.SendMessage') {
      reply(400, { __type: 'com.amazonaws.sqs#UnsupportedOperation' });
      return;
    }
    const { MessageBody } = JSON.parse(body) as { MessageBody: string };
    setTimeout(() => {
      const MessageId = queue.send(MessageBody);
      reply(200, { MessageId, MD5OfMessageBody: hash('md5', MessageBody) });
    }, ASSUMED_SQS_MILLISECONDS);
  });
}
