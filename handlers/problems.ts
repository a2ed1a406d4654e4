import type { SettingsProblem } from './contract.ts';

type Part =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly problems: readonly SettingsProblem[] };

/** What keeps a function from its work, of all that it is made of. */
export function problemsOf(...parts: readonly Part[]): SettingsProblem[] {
  return parts.flatMap((part) => (part.kind === 'broken' ? part.problems : []));
}

/** All of them in one line, for a log. */
export function messagesOf(problems: readonly SettingsProblem[]): string {
  return problems.map(({ message }) => message).join('; ');
}
