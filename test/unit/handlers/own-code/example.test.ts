import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWN_CODE_ENV, OWN_CODE_EXPORTS } from '../../../../handlers/contract.ts';
import { ownCodeFinder } from '../../../../handlers/own-code/load.ts';
import type { PostQueueCode } from '../../../../handlers/own-code/post-queue.ts';
import type { AuthorizeContext, PreQueueCode } from '../../../../handlers/own-code/pre-queue.ts';
import { githubDeliveries } from '../../../../local/github-deliveries.ts';
import { exampleModules } from './example.ts';

let folder: string;
let runtimeUrl: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nami-example-'));
  runtimeUrl = pathToFileURL(join(folder, 'index.mjs')).href;
  for (const [name, text] of Object.entries(exampleModules())) writeFileSync(join(folder, name), text);
  process.env.OWNERS = 'someone,Codertocat';
});

afterAll(() => {
  delete process.env.OWNERS;
  rmSync(folder, { recursive: true, force: true });
});

const CONTEXT: AuthorizeContext = {
  source: 'GitHub',
  identity: 'any',
  type: undefined,
  sentAt: undefined,
  receivedAt: new Date(0),
  signal: AbortSignal.abort(),
};

test('the example takes what GitHub sends of its owners, and nothing else', async () => {
  const environment = { [OWN_CODE_ENV]: 'authorize.mjs' };
  const code = await ownCodeFinder<PreQueueCode>(environment, runtimeUrl, OWN_CODE_EXPORTS.preQueue)();
  if (code.kind === 'broken') throw new Error(JSON.stringify(code.problems));
  const { authorize } = code.exports;
  const verdicts = githubDeliveries('secret').map(({ body }) => {
    const { organization, repository } = JSON.parse(body.toString());
    const request = { method: 'POST', url: 'https://nami.example/github', query: {}, headers: {}, body };
    return [organization?.login ?? repository?.owner.login, authorize?.(request, CONTEXT)] as const;
  });
  expect(new Set(verdicts.map(([, verdict]) => verdict))).toEqual(new Set([true, false]));
  for (const [owner, verdict] of verdicts) expect([owner, verdict]).toEqual([owner, owner === 'Codertocat']);
});

test('its module after the queue loads', async () => {
  const environment = { [OWN_CODE_ENV]: 'process.mjs' };
  const code = await ownCodeFinder<PostQueueCode>(environment, runtimeUrl, OWN_CODE_EXPORTS.postQueue)();
  expect(code).toMatchObject({ kind: 'ready', exports: { process: expect.any(Function) } });
});
