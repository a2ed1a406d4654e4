import { TerminalError } from '../account/errors.ts';
import { kindOf } from '../kinds/index.ts';
import type { Actual } from '../object/actual.ts';
import { handOver, objectionToTags } from '../object/hand-over.ts';
import { isOurs, type Owner, TAGS, type Tags } from '../object/owner.ts';
import type { GraphNode, KindName } from './graph.ts';

/** Only what carries an owner's tags is changed or removed. */

/** The tags that `actual` lacks or has with another value. */
export function missingTags(actual: Tags, wanted: Tags): Tags {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => actual[key] !== value));
}

/** Whether an object stays when nothing wants it any more. */
export function isKept(kind: KindName, tags: Tags | undefined): boolean {
  const policy = tags?.[TAGS.reclaimPolicy];
  // What is needed to read a copy shares its fate.
  return policy === 'Retain' || (policy === 'Snapshot' && !kindOf(kind).leavesCopy);
}

/** What speaks against touching an object that is another's and was not handed over. */
export function objectionTo(node: GraphNode, actual: Actual, owner: Owner): TerminalError | undefined {
  if (actual.tags === undefined || isOurs(actual.tags, owner)) return undefined;
  if (TAGS.shared in owner.identity) return sharedTagsLost(node, actual, owner);
  const [tag] = Object.entries(handOver(owner)).map(([key, value]) => `${key}=${value}`);
  const how = `remove it, or tag it ${tag} to hand it over`;
  return objectionToTags(`${node.kind} ${actual.id}`, actual.tags, owner, how);
}

/** What all pipelines of a region share is found by its name where EC2's tags don't find it, and is nobody's to hand over. */
function sharedTagsLost({ kind, id: object }: GraphNode, { id }: Actual, { identity }: Owner): TerminalError {
  const tags = Object.entries({ ...identity, [TAGS.object]: object }).map(
    ([key, value]) => `${key}=${value}`,
  );
  return new TerminalError(
    'NotOurs',
    `${kind} ${id} has the name of what all pipelines of the region share, and not its tags: what it serves goes on, and nothing of it is changed; tag it ${tags.join(', ')} if it is that, or ${kind === 'DomainName' ? 'take it out of operator.domains (NAMI_DOMAINS)' : 'rename it'} if it is something else`,
  );
}
