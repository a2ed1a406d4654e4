import { readFileSync } from 'node:fs';
import { type Album, album } from '../simulation/sweep/life.ts';

/** Names a file with the album of an operator that is known to be right; without it that of this one is taken. */
export const ALBUM = 'NAMI_FAULTS_ALBUM';

export async function knownAlbum(): Promise<Album> {
  const file = process.env[ALBUM];
  return file === undefined ? await album() : (JSON.parse(readFileSync(file, 'utf8')) as Album);
}
