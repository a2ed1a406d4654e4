import { expect, test } from 'vitest';
import { queueUrl } from '../../../../src/aws/calls/queue-url.ts';
import { refuse, scripted } from '../kinds/scripted-account.ts';

test('the URL of a queue is asked for once, and that there is none each time', async () => {
  let isThere = false;
  const run = scripted({
    GetQueueUrl: () => (isThere ? { QueueUrl: 'https://sqs/1/q' } : refuse('QueueDoesNotExist')),
  });
  expect(await queueUrl(run.account, 'q')).toBeUndefined();
  isThere = true;
  expect(await queueUrl(run.account, 'q')).toBe('https://sqs/1/q');
  expect(await queueUrl(run.account, 'q')).toBe('https://sqs/1/q');
  expect(run.inputs('GetQueueUrl')).toHaveLength(2);
});
