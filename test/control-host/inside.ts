import { deepStrictEqual, ok } from 'node:assert';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS } from '../../local/cluster/address.ts';
import { prepareNetwork } from '../../local/cluster/machine.ts';
import { elapsed } from '../../local/progress.ts';
import { startLocalStack } from '../../local/stack.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { post, stored, urlOf } from '../install/traffic.ts';
import { runSteps } from '../run-steps.ts';
import { conditionOf, GITHUB, User } from '../user.ts';
import { ControlHost } from './control-host.ts';

/** Whoever started this has gone: so does this, and with it all that it started. */
process.stdin.once('end', () => process.exit(1)).resume();

const folder = '.nami/control-host';
rmSync(folder, { recursive: true, force: true });
prepareNetwork();

const MANY = Number(process.env.NAMI_CHECK_PIPELINES ?? 100);
const NAMESPACE = 'tenant';
const PATIENCE_SECONDS = 900;
let started: ControlHost | undefined;
const begin = Date.now();
const stack = await startLocalStack({
  folder,
  progress: (line) => console.log(`  ${line}`),
  awsAddress: ADDRESS,
  provider: async (context) => {
    started = new ControlHost(context);
    return started;
  },
}).catch((error: Error) => {
  console.log(`FAILED: the machine does not become a control host: ${error.message}`);
  console.log('control host: 0 steps, 0 passed');
  process.exit(1);
});
const machine = hostOf(started);
const user = new User(stack);
let signing = '';

const memory = async () => await machine.said(/(memory: .*)$/);

const steps: readonly { name: string; run(): Promise<string | undefined> }[] = [
  {
    name: 'the script makes a machine of 1 GiB and one processor a control host',
    run: async () => `${await machine.said(/(installed after .*)$/)} of emulated boot; ${await memory()}`,
  },
  {
    name: 'a pipeline gets ready, and what is posted to it is stored',
    async run() {
      ({ secret: signing } = await user.namespace(NAMESPACE));
      await user.apply(NAMESPACE, 'github');
      const pipeline = await user.waitReady(NAMESPACE, 'github', PATIENCE_SECONDS);
      await stored(user, pipeline, await post(urlOf(pipeline), signing));
      return await memory();
    },
  },
  {
    name: 'after a power cut it boots again with its pipeline, the script runs once more, and nothing changes in AWS',
    async run() {
      await machine.cutPower();
      stack.proxy.clear();
      await machine.boot();
      await machine.said(/(installed after .*)$/);
      await user.looked(PATIENCE_SECONDS);
      const pipeline = await user.waitReady(NAMESPACE, 'github', PATIENCE_SECONDS);
      await stored(user, pipeline, await post(urlOf(pipeline), signing));
      deepStrictEqual(user.changes(), []);
      return undefined;
    },
  },
  {
    name: `${MANY} pipelines are ready within its memory`,
    async run() {
      const uri = await user.startOwnDatabase();
      await user.kubectl(
        '-n',
        NAMESPACE,
        'create',
        'secret',
        'generic',
        'mongo',
        `--from-literal=uri=${uri}`,
      );
      const store = { external: { uriSecretRef: { name: 'mongo', key: 'uri' } } };
      const names = Array.from({ length: MANY - 1 }, (_, index) => `external-${index}`);
      const items = names.map((name) => ({
        apiVersion: 'nami.dev/v1alpha1',
        kind: 'WebhookPipeline',
        metadata: { namespace: NAMESPACE, name },
        spec: { ...GITHUB, alarms: { enabled: false }, store },
      }));
      // In one call each: a connection takes an emulated processor long.
      const file = join(stack.folder, 'many.json');
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await user.kubectl('apply', '--validate=false', '-f', file);
      const applied = Date.now();
      await manyReady();
      const said = await memory();
      ok(/restarts 0 0 0 /.test(said), said);
      return `${elapsed(applied)} after the last was applied; ${said}`;
    },
  },
];

/** Waits until all pipelines are ready. A machine that is busy may not answer now and then. */
async function manyReady(): Promise<void> {
  const until = Date.now() + 3_600_000;
  for (;;) {
    await sleep(15_000);
    const list = await user.kubectl('-n', NAMESPACE, 'get', 'whp', '-o', 'json').catch(() => '{"items":[]}');
    const { items } = JSON.parse(list) as { items: WebhookPipeline[] };
    const ready = items.filter((each) => conditionOf(each, 'Ready')?.status === 'True').length;
    if (ready >= MANY) return;
    ok(Date.now() < until, `${ready} of ${MANY} pipelines are ready after an hour`);
  }
}

/** TypeScript does not see that a callback has set it. */
function hostOf(host: ControlHost | undefined): ControlHost {
  if (host === undefined) throw new TypeError('a stack that runs has a control plane');
  return host;
}

console.log(`  (${elapsed(begin)} until the API server of the machine answered)`);
const isWell = await runSteps('control host', steps, undefined, { end: () => stack.stop() });
process.exit(isWell ? 0 : 1);
