import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTypes } from '../../../../scripts/build-types.ts';
import { exampleModules } from './example.ts';

/** A user's project: what npm packs of the types, installed beside the driver. */
let project: string;
let installed: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'nami-types-'));
  installed = join(project, 'node_modules', 'nami-handlers');
  await mkdir(join(project, 'node_modules', '@types'), { recursive: true });
  for (const name of ['mongodb', '@types/node']) {
    await symlink(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name));
  }
  const run = promisify(execFile);
  const built = await buildTypes(join(project, 'built'));
  const pack = ['pack', '--silent', '--no-update-notifier', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { cwd: built });
  await mkdir(installed);
  await run('tar', ['-xzf', stdout.trim(), '-C', installed, '--strip-components=1'], { cwd: project });
}, 60_000);

afterAll(() => rm(project, { recursive: true, force: true }));

const PRE = "'nami-handlers/pre-queue'";
const POST = "'nami-handlers/post-queue'";

/** Modules that are right, by file: JavaScript is checked only where it asks for it. */
const RIGHT: Readonly<Record<string, string>> = {
  'pre.ts': `
    import type { Answer, Authorize, AuthorizeContext, PreQueueCode, Respond, SourceType } from ${PRE};
    export const authorize: Authorize = async ({ headers, url, query, body }, { source, identity, type, signal }) => {
      const expected: SourceType = 'GitHub';
      const { ok } = await fetch(\`\${url}?\${identity}&\${type?.length}&\${query.a?.[0]}\`, { signal });
      return ok && source === expected && body.length > 0 && headers['x-tenant']?.[0] === 'acme';
    };
    export const respond: Respond = ({ method }): Answer | undefined =>
      method === 'GET' ? { statusCode: 404, enqueue: false } : undefined;
    export const both: PreQueueCode = { authorize, respond };
    export const sent = ({ sentAt, receivedAt }: AuthorizeContext) => (sentAt ?? receivedAt).getTime();`,
  'post.ts': `
    import { Binary, type Db } from 'mongodb';
    import type { EventDocument, Process, ProcessContext, StoredEvent } from ${POST};
    export async function process(event: StoredEvent, { database, attempt, signal }: ProcessContext): Promise<void> {
      signal.throwIfAborted();
      const events = (database satisfies Db).collection<EventDocument>('events');
      const first = await events.findOne({ _id: event.conflictsWith ?? event._id });
      const isSame = first?.body instanceof Binary && first.body.length() === event.body.length;
      if (attempt > 1) console.log(isSame, first?.processing?.error, event.deliveries[0]?.attempt);
    }
    export const typed: Process = process;`,
  'pre.mjs': `
    // @ts-check
    /** @type {import(${PRE}).Authorize} */
    export const authorize = ({ headers }, { type }) => headers['x-event']?.[0] === type;
    /** @type {import(${PRE}).Respond} */
    export function respond({ query }) {
      return { contentType: 'text/plain', body: query.challenge?.[0] ?? '' };
    }`,
  'post.mjs': `
    // @ts-check
    import { env } from 'node:process';
    /** @type {import(${POST}).Process} */
    export async function process({ _id, payload }, { database }) {
      if (payload === undefined) return;
      const { id } = /** @type {{ id: string }} */ (payload);
      await database.collection(env.ORDERS ?? 'orders').updateOne({ order: id }, { $set: { event: _id } });
    }`,
  'common.cts': `import type { Process } from ${POST}; export type Same = Process;`,
};

/** Modules that are wrong, with what the compiler says. */
const WRONG: readonly (readonly [file: string, text: string, words: string])[] = [
  [
    'authorize-a-text.ts',
    `import type { Authorize } from ${PRE}; export const authorize: Authorize = () => 'yes';`,
    "'string' is not assignable to type 'boolean | Promise<boolean>'",
  ],
  [
    'authorize-a-text.mjs',
    `// @ts-check\n/** @type {import(${PRE}).Authorize} */\nexport function authorize({ headers }) { return headers['x-key']?.[0]; }`,
    "'string | undefined' is not assignable to type 'boolean | Promise<boolean>'",
  ],
  [
    'respond-text-as-status.ts',
    `import type { Respond } from ${PRE}; export const respond: Respond = () => ({ statusCode: '200' });`,
    "'string' is not assignable to type 'number'",
  ],
  [
    'respond-status-of-elsewhere.mjs',
    `// @ts-check\n/** @type {import(${PRE}).Respond} */\nexport const respond = () => ({ status: 200 });`,
    "'status' does not exist in type 'Answer",
  ],
  [
    'process-unknown-field.ts',
    `import type { Process } from ${POST}; export const process: Process = (event) => event.id;`,
    "Property 'id' does not exist on type 'StoredEvent",
  ],
  [
    'process-payload-unread.mjs',
    `// @ts-check\n/** @type {import(${POST}).Process} */\nexport const process = ({ payload }) => payload.order;`,
    "'payload' is of type 'unknown'",
  ],
  [
    'no-such-module.ts',
    "export type { Process } from 'nami-handlers';",
    "Cannot find module 'nami-handlers'",
  ],
];

/** Modules in the example, in the docs and in the package's own page. */
async function shown(): Promise<Record<string, string>> {
  const modules = Object.entries(exampleModules());
  const pages = { 'docs.md': 'docs/own-code.md', 'readme.md': join(installed, 'README.md') };
  for (const [page, path] of Object.entries(pages)) {
    const blocks = (await readFile(path, 'utf8')).matchAll(/^```(js|ts)\n(.*?)^```$/gms);
    for (const [index, [, language, text = '']] of [...blocks].entries()) {
      // What is typed into mongosh is no module.
      if (!/^export /m.test(text)) continue;
      modules.push([`${page}-${index}.${language === 'ts' ? 'ts' : 'mjs'}`, text]);
    }
  }
  return Object.fromEntries(modules);
}

const SETTINGS = {
  NodeNext: { module: ts.ModuleKind.NodeNext },
  Bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} satisfies Record<string, ts.CompilerOptions>;

/** What the compiler has to say about each of the files, which are written into a user's project. */
async function check(
  files: Readonly<Record<string, string>>,
  settings: ts.CompilerOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(project, name), text)));
  const own = ['pre-queue.d.ts', 'post-queue.d.ts'].map((name) => join(installed, name));
  const paths = [...Object.keys(files).map((name) => join(project, name)), ...own];
  const program = ts.createProgram(paths, {
    ...settings,
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts'],
    types: ['node'],
    typeRoots: [join(project, 'node_modules', '@types')],
    strict: true,
    allowJs: true,
    noEmit: true,
  });
  return new Map(
    paths.map((path) => {
      const source = program.getSourceFile(path);
      const said = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [
        path.slice(project.length + 1),
        said.map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n')),
      ];
    }),
  );
}

describe.each(Object.entries(SETTINGS))('with module resolution %s', (_, settings) => {
  test('what is right, and what is shown to users, passes', async () => {
    const modules = await shown();
    expect(Object.keys(modules)).toEqual(
      expect.arrayContaining(['authorize.mjs', 'process.mjs', 'docs.md-0.mjs']),
    );
    for (const [name, text] of Object.entries(modules)) {
      if (name.endsWith('.mjs')) expect(text, name).toMatch(/^\/\/ @ts-check$/m);
    }
    const said = await check({ ...RIGHT, ...modules }, settings);
    expect([...said].filter(([, messages]) => messages.length > 0)).toEqual([]);
  });

  test('what is wrong is said, once', async () => {
    const files = Object.fromEntries(WRONG.map(([file, text]) => [file, text]));
    const said = await check(files, settings);
    for (const [file, , words] of WRONG) {
      expect([file, said.get(file)]).toEqual([file, [expect.stringContaining(words)]]);
    }
  });
});

test('the package is types that stand on their own, and nothing to run', async () => {
  const names = await readdir(installed);
  expect(names.sort()).toEqual(['LICENSE', 'README.md', 'package.json', 'post-queue.d.ts', 'pre-queue.d.ts']);
  for (const name of names.filter((each) => each.endsWith('.d.ts'))) {
    const text = await readFile(join(installed, name), 'utf8');
    expect(text).not.toMatch(/NAMI_|^export (declare|const|function|class)/m);
    expect([...text.matchAll(/ from '([^']*)'/g)].map(([, from]) => from)).toEqual(
      name === 'pre-queue.d.ts' ? [] : ['mongodb'],
    );
  }
});
