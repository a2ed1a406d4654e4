import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';

/** One entry of an image's file system: a file with its bytes, or a link to another path. */
export type Entry = {
  /** Without a leading slash. */
  readonly path: string;
} & ({ readonly bytes: Buffer; readonly isExecutable?: boolean } | { readonly linksTo: string });

/** A tar, and its SHA-256 as images name it. */
export interface Layer {
  readonly tar: Buffer;
  readonly digest: string;
}

/**
 * Makes the tar of a layer. It follows from the entries alone: their order, and the times, owners and umask of the
 * machine that builds leave no trace in it. A file belongs to root, and whoever runs the image can read it.
 */
export async function layerOf(entries: readonly Entry[]): Promise<Layer> {
  const sorted = entries.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const tar = await tarOf([...foldersOf(sorted), ...sorted]);
  return { tar, digest: digestOf(tar) };
}

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Every folder above an entry, once, each before what is in it. */
function foldersOf(entries: readonly Entry[]): string[] {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, index) => void folders.add(parts.slice(0, index + 1).join('/')));
  }
  return [...folders].sort();
}

/** A tar of these entries, a string standing for a folder, in this order. */
export async function tarOf(entries: readonly (Entry | string)[]): Promise<Buffer> {
  const writer = pack();
  const bytes = buffer(writer);
  for (const entry of entries) {
    if (typeof entry === 'string') writer.entry(head(entry, 0o755, 'directory'));
    else if ('linksTo' in entry) {
      writer.entry({ ...head(entry.path, 0o777, 'symlink'), linkname: entry.linksTo });
    } else {
      writer.entry(head(entry.path, entry.isExecutable ? 0o755 : 0o644, 'file'), entry.bytes);
    }
  }
  writer.finalize();
  return await bytes;
}

const head = <Type extends Header['type']>(name: string, mode: number, type: Type) => ({
  name,
  mode,
  type,
  uid: 0,
  gid: 0,
  mtime: new Date(0),
});
