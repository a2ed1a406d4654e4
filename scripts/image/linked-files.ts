import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** From this version of glibc on, names are looked up by the C library itself; before, by files that nothing links to. */
const GLIBC_WITH_NAME_LOOKUP = 34;

/** The loader and the libraries that a program needs on this machine, as absolute paths. */
export async function linkedFiles(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]).catch((cause) => {
    throw new Error(
      `the libraries of ${program} can't be listed by ldd (${cause.message}): build the image on Linux with glibc`,
      { cause },
    );
  });
  const { version, files } = readLdd(stdout, (await run('ldd', ['--version'])).stdout);
  if (version < GLIBC_WITH_NAME_LOOKUP) {
    throw new Error(
      `this machine's glibc 2.${version} looks names up by further libraries: build the image with glibc 2.${GLIBC_WITH_NAME_LOOKUP} or newer (Debian 12, Ubuntu 22.04)`,
    );
  }
  return files;
}

/** Reads what `ldd <program>` and `ldd --version` print. */
export function readLdd(libraries: string, version: string): { version: number; files: string[] } {
  const missing = /^\s*(\S+) => not found/m.exec(libraries)?.[1];
  if (missing !== undefined) throw new Error(`the library ${missing} is not on this machine: install it`);
  return {
    version: Number(/ 2\.(\d+)$/m.exec(version)?.[1] ?? 0),
    files: [...libraries.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path = '']) => path).sort(),
  };
}
