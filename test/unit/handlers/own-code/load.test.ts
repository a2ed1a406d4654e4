import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OWN_CODE_ENV, OWN_CODE_EXPORTS, OWN_CODE_FILE } from '../../../../handlers/contract.ts';
import { OwnCodeError, ownCodeFinder } from '../../../../handlers/own-code/load.ts';
import type { PreQueueCode } from '../../../../handlers/own-code/pre-queue.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nami-own-code-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const finderIn = (place: string) =>
  ownCodeFinder<PreQueueCode>(
    { [OWN_CODE_ENV]: OWN_CODE_FILE },
    pathToFileURL(join(place, 'index.mjs')).href,
    OWN_CODE_EXPORTS.preQueue,
  );

/** Each module in a folder of its own: Node keeps what it has loaded. */
async function load(text: string) {
  const place = mkdtempSync(join(folder, 'function-'));
  writeFileSync(join(place, OWN_CODE_FILE), text);
  return await finderIn(place)();
}

test('a function without own code has none', async () => {
  const find = ownCodeFinder({}, 'file:///var/task/index.mjs', ['process']);
  expect(await find()).toEqual({ kind: 'ready', exports: {} });
});

test('a module that could not be loaded is tried again for those who ask for it, and kept once it could', async () => {
  const place = mkdtempSync(join(folder, 'function-'));
  const times = (name: string) => (globalThis as unknown as Record<string, number>)[name];
  writeFileSync(
    join(place, OWN_CODE_FILE),
    `globalThis.starts = (globalThis.starts ?? 0) + 1;
     if (globalThis.starts < 3) throw new Error('away');
     export const authorize = () => true;`,
  );
  const find = finderIn(place);
  expect(await find()).toMatchObject({ kind: 'broken' });
  expect(await find()).toMatchObject({ kind: 'broken' });
  expect(times('starts')).toBe(1);
  expect(await find({ retry: true })).toMatchObject({ kind: 'broken' });
  const found = await find({ retry: true });
  expect(found).toMatchObject({ kind: 'ready' });
  expect(await find({ retry: true })).toBe(found);
  expect(times('starts')).toBe(3);
});

test.each([
  ['one', 'export const respond = () => undefined;', ['respond']],
  [
    'both',
    'export const authorize = () => true; export async function respond() {}',
    ['authorize', 'respond'],
  ],
])('a module may export %s of the two functions', async (_, text, names) => {
  const code = await load(text);
  expect(code).toMatchObject({ kind: 'ready' });
  expect(Object.keys('exports' in code ? code.exports : {})).toEqual(names);
});

test.each([
  [
    'imports what is not beside it',
    "import { a } from './other.mjs';",
    /^it does not load: Error: Cannot find module/,
  ],
  [
    'throws while it loads',
    "\nthrow new TypeError('no token');",
    /^it does not load: TypeError: no token \(line 2\)$/,
  ],
  ['throws what is no error', 'throw "no token";', /^it does not load: no token$/],
  [
    'exports nothing',
    'globalThis.x = 1;',
    /^it exports nothing: it may export authorize and respond, and nothing/,
  ],
  [
    'exports a misspelt name beside a right one',
    'export const authorise = () => false; export const respond = () => undefined;',
    /^it exports authorise: it may export authorize and respond, and nothing else$/,
  ],
  ['has a default export', 'export default () => true;', /^it exports default: it may/],
  ['exports a value', 'export const authorize = true;', /^its export authorize is no function$/],
])('one that %s is a problem, in words for the user', async (_, text, message) => {
  expect(await load(text)).toEqual({
    kind: 'broken',
    problems: [{ code: true, message: expect.stringMatching(message) }],
  });
});

test('an error of own code says where it was thrown', async () => {
  const code = await load('export const authorize = () => {\n  throw new Error("no");\n};');
  const call = async () => code.kind === 'ready' && code.exports.authorize?.({} as never, {} as never);
  const thrown = await call().catch((error: unknown) => error);
  expect(new OwnCodeError('authorize failed', { cause: thrown }).message).toBe('authorize failed (line 2)');
  expect(new OwnCodeError('authorize failed', { cause: new Error('elsewhere') }).message).toBe(
    'authorize failed',
  );
});
