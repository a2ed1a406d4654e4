import { TerminalError } from '../account/errors.ts';
import type { Actual } from '../object/actual.ts';
import { carries, type Owner, TAGS, type Tags } from '../object/owner.ts';
import type { GraphNode } from './graph.ts';

/** Only what carries an owner's tags is changed or removed. */

/** The tags that `actual` lacks or has with another value. */
export function missingTags(actual: Tags, wanted: Tags): Tags {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => actual[key] !== value));
}

/** Whether the tags are those of the owner, and not of one in an earlier namespace of the same name. */
export function isOurs(tags: Tags, owner: Owner): boolean {
  if (!carries(tags, owner.identity)) return false;
  const namespace = owner.tags[TAGS.namespaceUid];
  const found = tags[TAGS.namespaceUid];
  return owner.takeOver || namespace === undefined || found === undefined || found === namespace;
}

/** What speaks against touching an object that is another's and was not handed over. */
export function objectionTo(node: GraphNode, actual: Actual, owner: Owner): TerminalError | undefined {
  if (actual.tags === undefined || isOurs(actual.tags, owner)) return undefined;
  if (carries(actual.tags, owner.identity)) {
    return new TerminalError(
      'OwnedByPredecessor',
      `${node.kind} ${actual.id} was left by a pipeline in an earlier namespace of this name: annotate the pipeline with nami.dev/take-over=true to take it over, or remove it in AWS`,
    );
  }
  const name = [TAGS.cluster, TAGS.namespace, TAGS.name].map((key) => owner.identity[key]).join('/');
  if (actual.tags[TAGS.adoptableBy] === name) return undefined;
  return new TerminalError(
    'NotOurs',
    `${node.kind} ${actual.id} exists and does not belong to this pipeline: remove it, or tag it ${TAGS.adoptableBy}=${name} to hand it over`,
  );
}
