import { execFile } from 'node:child_process';

/** What npm's audit has come to, in words. */
export interface Verdict {
  readonly isBad: boolean;
  readonly words: string;
}

interface Answer {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
  readonly error?: { readonly summary?: string };
  readonly message?: string;
}

/** Known weaknesses of this severity and above count. */
const COUNTED = ['moderate', 'high', 'critical'];

/** Reads the JSON that `npm audit` prints. A registry that does not answer such questions is no finding, and is told. */
export function verdictOf(printed: string): Verdict {
  const answer = parsed(printed);
  if (answer?.vulnerabilities === undefined) {
    const why = answer?.message ?? answer?.error?.summary ?? 'it printed no report';
    return {
      isBad: false,
      words: `audit: NOT ASKED, the registry gives no advisories here (${firstLine(why)})`,
    };
  }
  const found = Object.entries(answer.vulnerabilities).filter(([, { severity }]) =>
    COUNTED.includes(severity),
  );
  if (found.length === 0) return { isBad: false, words: 'audit: no known weakness in what is bundled' };
  const list = found.map(([name, { severity, range }]) => `${name} ${range} (${severity})`);
  return { isBad: true, words: `audit: ${list.join(', ')}` };
}

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}

/** Without addresses, which differ from one workplace to another. */
const firstLine = (text: string) => (text.trim().split('\n')[0] ?? '').replace(/https?:\/\/\S+/g, '…');

if (import.meta.main) {
  // npm ends with an error for a finding as for a refusal: what it printed tells which.
  const printed = await new Promise<string>((resolve) =>
    execFile('npm', ['audit', '--omit', 'dev', '--json'], { timeout: 60_000 }, (_, stdout) =>
      resolve(stdout),
    ),
  );
  const { isBad, words } = verdictOf(printed);
  console.log(words);
  process.exit(isBad ? 1 : 0);
}
