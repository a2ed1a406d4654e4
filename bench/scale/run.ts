/**
 * What many pipelines take: time, calls of AWS and what these cost, in the simulation; memory, of the bundled operator. The
 * last line is JSON.
 */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { optionsOrExit } from '../options-or-exit.ts';
import { drawScale } from './chart.ts';
import { MANAGED_EVERY, type Measured, measure, RATE_SHARE } from './measure.ts';
import { type Memory, measureMemory } from './memory.ts';
import { readOptions, USAGE } from './options.ts';
import { headLine, lineOf, remarksOn, summaryOf } from './report.ts';

const root = join(import.meta.dirname, '..', '..');

const words = ({ rssMiB, peakMiB, calls }: Memory): string =>
  `${rssMiB.toFixed(0)} MiB at rest, ${peakMiB.toFixed(0)} MiB at most, after ${calls.toLocaleString('en-US')} calls to a stand-in of AWS`;

const { sizes, memory: measured, plot } = optionsOrExit(readOptions, USAGE);
console.log(`The operator in a simulated account, with its default settings; all pipelines are applied at once. One in ${MANAGED_EVERY} has a managed
store (a host, a volume), the others an external one; all have alarms. Times are virtual seconds, but for the last.
"Rates alone": AWS's published rates for the calls that changed something, each once, at the operator's share of ${RATE_SHARE}.
"Longest wait": of five pipelines that are changed while the operator, just started, looks at all.
List prices of us-east-1, in US dollars, of what the operator asks at rest.
`);
console.log(headLine());
const results: Measured[] = [];
for (const size of sizes) {
  const result = await measure(size);
  console.log(lineOf(result));
  results.push(result);
}
const memory = measured === 0 ? undefined : await measureMemory(measured);
if (memory) console.log(`\nmemory of dist/operator.mjs with ${measured} pipelines: ${words(memory)}`);
const file = plot ?? join(root, 'docs', 'scale.svg');
writeFileSync(file, drawScale(results));
console.log(`\nplot: ${relative(process.cwd(), file)}`);
for (const remark of remarksOn(results, memory?.rssMiB)) console.log(`above the goal: ${remark}`);
console.log(summaryOf(results, memory?.rssMiB));
