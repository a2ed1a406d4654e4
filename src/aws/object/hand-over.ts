import { TerminalError } from '../account/errors.ts';
import { carries, isOfPredecessor, isOurs, type Owner, TAGS, type Tags } from './owner.ts';

/** What says in AWS that an owner may take an object that is another's: who sets it has rights there. */
export const handOver = ({ identity }: Owner): Tags => ({
  [TAGS.adoptableBy]: [TAGS.cluster, TAGS.namespace, TAGS.name].map((key) => identity[key]).join('/'),
});

/** What speaks against using what bears these tags: it is another's, and was not handed over. `how` says how it could be. */
export function objectionToTags(
  what: string,
  tags: Tags,
  owner: Owner,
  how: string,
): TerminalError | undefined {
  if (isOurs(tags, owner)) return undefined;
  if (isOfPredecessor(tags, owner)) {
    return new TerminalError(
      'OwnedByPredecessor',
      `${what} was left by a pipeline in an earlier namespace of this name: annotate the pipeline with nami.dev/take-over=true to take it over, or remove it in AWS`,
    );
  }
  if (carries(tags, handOver(owner))) return undefined;
  return new TerminalError('NotOurs', `${what} exists and does not belong to this pipeline: ${how}`);
}
