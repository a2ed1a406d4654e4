import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_PORT, secantusDatabases } from '../local/database.ts';
import type { Processes } from '../local/processes.ts';
import type { Progress } from '../local/progress.ts';
import { preparePython } from '../local/tools/python.ts';

/** Starts an empty store of its own at `address` and gives its connection string. */
export async function startStore(
  folder: string,
  processes: Processes,
  progress: Progress,
  address: string,
): Promise<string> {
  const volume = join(folder, 'volume');
  rmSync(volume, { recursive: true, force: true });
  const startDatabase = secantusDatabases(await preparePython(processes, progress), processes);
  await startDatabase({ instanceId: 'bench', address, volume, user: 'nami', password: 'bench' });
  return `mongodb://nami:bench@${address}:${DATABASE_PORT}/?authSource=admin`;
}
