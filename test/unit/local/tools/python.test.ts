import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isPrepared, stampFile, stampOf } from '../../../../local/tools/python.ts';

const folder = mkdtempSync(join(tmpdir(), 'nami-python-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('an environment is prepared once it has the stamp of these requirements', () => {
  const requirements = '# why\nmoto==5.2.5\n';
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'python3'), '');
  expect(isPrepared(folder, requirements)).toBe(false);
  writeFileSync(stampFile(folder), stampOf(requirements));
  expect(isPrepared(folder, requirements)).toBe(true);
  expect(isPrepared(folder, '# another comment\n\nmoto==5.2.5')).toBe(true);
  expect(isPrepared(folder, 'moto==5.2.6')).toBe(false);
});
