import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { Account } from '../account/account.ts';
import { orAbsent } from '../account/errors.ts';

/** Seconds for which a URL is believed; a queue that is made anew under its name has the same. */
const URL_SECONDS = 3600;

/** Where a queue is called; nothing where SQS knows none of this name. */
export async function queueUrl(
  { sqs, inventory }: Pick<Account, 'sqs' | 'inventory'>,
  name: string,
): Promise<string | undefined> {
  const key = nameOf(name);
  const [url] = await inventory.read(key, URL_SECONDS, async function* () {
    const found = await orAbsent(sqs.send(new GetQueueUrlCommand({ QueueName: name })));
    if (found?.QueueUrl !== undefined) yield found.QueueUrl;
  });
  // That there is none is asked each time.
  if (url === undefined) inventory.forget(key);
  return url;
}

/** Takes down where a queue that was just made is called. */
export const noteQueueUrl = ({ inventory }: Pick<Account, 'inventory'>, name: string, url: string): void =>
  inventory.note(nameOf(name), URL_SECONDS, [url]);

const nameOf = (queue: string) => `URL of the queue ${queue}`;
