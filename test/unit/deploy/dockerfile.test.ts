import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Instructions with their arguments; lines that end in a backslash go on. */
const instructions = readFileSync('Dockerfile', 'utf8')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => line.split(/\s+/));

/** What a COPY takes from the project, without what it takes from another stage. */
const sources = instructions
  .filter(([name, first]) => name === 'COPY' && !first?.startsWith('--from'))
  .flatMap(([, ...paths]) => paths.slice(0, -1));

test('everything that is copied into the image is there, and not ignored', () => {
  const [first, ...kept] = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  expect(first).toBe('*');
  expect(sources.length).toBeGreaterThan(3);
  expect(sources.filter((path) => !existsSync(path))).toEqual([]);
  expect(sources.filter((path) => !kept.includes(`!${path}`))).toEqual([]);
});

test('whatever the build needs is copied before it', () => {
  for (const path of ['package-lock.json', 'scripts', 'src', 'handlers']) expect(sources).toContain(path);
});

test('the image runs the bundle as a user without rights', () => {
  const last = instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));
  expect(last.find(([name]) => name === 'USER')?.[1]).toMatch(/^[1-9]\d+(:[1-9]\d+)?$/);
  expect(last.find(([name]) => name === 'ENTRYPOINT')?.join(' ')).toContain('operator.mjs');
});
