import type { Findings } from './check.ts';

/** The lines that tell a person what a check found. */
export function inWords({ present, missing, unanswered, unknown, withoutSimulation }: Findings): string[] {
  const lines = [
    `rights: ${present.length} there, ${missing.size} missing, ${unanswered.size} without an answer, ${unknown.length} not checked`,
    ...[...missing].map(([action, why]) => `missing: ${action} (${why})`),
    ...[...unanswered].map(([action, why]) => `no answer: ${action} (${why})`),
  ];
  if (missing.size > 0) lines.push('deploy/iam/operator-policy.json has all rights that the operator needs');
  if (unknown.length > 0) lines.push(`not checked, for nothing harmless tells: ${unknown.join(', ')}`);
  if (withoutSimulation !== undefined && unknown.length > 0)
    lines.push(
      `grant iam:SimulatePrincipalPolicy on the role, if for this check alone, to have them checked (${withoutSimulation.split('\n')[0]})`,
    );
  return lines;
}
