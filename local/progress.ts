/** Receives short lines that tell a person at a terminal what is going on. */
export type Progress = (line: string) => void;

/** Says every few seconds that `work` still goes on, and for how long it has, so that a long step never looks hung. */
export async function withProgress<T>(progress: Progress, what: string, work: Promise<T>): Promise<T> {
  const begin = Date.now();
  const timer = setInterval(() => progress(`${what} (${elapsed(begin)})`), 5_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** The time since `begin`, as "42 s" or "3 min 20 s". */
export function elapsed(begin: number): string {
  const seconds = Math.round((Date.now() - begin) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
