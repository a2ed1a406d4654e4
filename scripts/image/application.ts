import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAll } from '../build.ts';
import type { Entry } from './layer.ts';

/** The folder that the operator's files are in. */
export const APPLICATION = 'app';

const LICENSE = fileURLToPath(new URL('../../LICENSE', import.meta.url));

/** The operator and the functions' code, built anew: a folder of earlier builds may hold what is no part of this one. */
export async function application(): Promise<Entry[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nami-image-'));
  try {
    await buildAll(folder);
    const files = globSync('**/*.mjs', { cwd: folder });
    return [
      ...files.map((path) => ({ path: join(APPLICATION, path), bytes: readFileSync(join(folder, path)) })),
      { path: join(APPLICATION, 'LICENSE'), bytes: readFileSync(LICENSE) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
