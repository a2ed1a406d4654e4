import { parentPort } from 'node:worker_threads';
import { accessLog } from '../iam/access-log.ts';
import { scenarioOf } from '../simulation/sweep/phases.ts';
import type { Verdict } from '../simulation/sweep/verdict.ts';
import { knownAlbum } from './known-album.ts';

/** Runs the scenarios that it is sent by their ids, one after the other, and answers each. */
export type Answer = { readonly id: string } & (
  | { readonly verdict: Verdict; readonly error?: undefined }
  | { readonly error: string }
);

const port = parentPort;
if (port === null) throw new Error('this is a worker: run it by "npm run faults"');
accessLog.close();
const expected = knownAlbum();
port.on('message', (id: string) => {
  void (async () => {
    try {
      port.postMessage({ id, verdict: await scenarioOf(id).run(await expected) } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error: (error as Error).stack ?? String(error) } satisfies Answer);
    }
  })();
});
