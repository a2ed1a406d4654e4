import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Config } from '../../config.ts';

/** Region of a pipeline: the recorded one, for it never changes; else what is asked for. */
export function regionOf({ spec, status }: WebhookPipeline, config: Config): string {
  return status?.endpoint?.region ?? spec.region ?? config.region;
}

/** Last part of the URL of a pipeline: likewise. */
export function pathOf({ metadata, spec, status }: WebhookPipeline, config: Config): string {
  const known = status?.endpoint?.path ?? spec.endpoint?.path;
  if (known !== undefined) return known;
  return config.endpointPaths === 'name' ? metadata.name : `${metadata.namespace}-${metadata.name}`;
}

/** The pipeline that holds the path which `pipeline` asks for, if that is another: the oldest one, ties by UID. */
export function rivalOf(
  pipeline: WebhookPipeline,
  all: readonly WebhookPipeline[],
  config: Config,
): WebhookPipeline | undefined {
  const path = pathOf(pipeline, config);
  const claimants = all.filter((other) => pathOf(other, config) === path);
  return rivalAmong(holdersOf(claimants, config), pipeline, config);
}

/** The holder of each path, for those who ask for many. */
export function holdersOf(
  all: readonly WebhookPipeline[],
  config: Config,
): ReadonlyMap<string, WebhookPipeline> {
  const holders = new Map<string, WebhookPipeline>();
  for (const each of all) {
    const claim = claimOf(each, config);
    const known = holders.get(claim);
    if (!known || ageOf(each) < ageOf(known)) holders.set(claim, each);
  }
  return holders;
}

/** As {@link rivalOf}, among the holders of all paths. */
export function rivalAmong(
  holders: ReadonlyMap<string, WebhookPipeline>,
  pipeline: WebhookPipeline,
  config: Config,
): WebhookPipeline | undefined {
  const holder = holders.get(claimOf(pipeline, config));
  return holder && holder.metadata.uid !== pipeline.metadata.uid ? holder : undefined;
}

/** What a pipeline asks for: a path in a region. */
const claimOf = (pipeline: WebhookPipeline, config: Config): string =>
  `${regionOf(pipeline, config)}/${pathOf(pipeline, config)}`;

/** When a pipeline came, ties by UID: RFC 3339 times in UTC sort as text. */
export const ageOf = ({ metadata }: WebhookPipeline) => `${metadata.creationTimestamp} ${metadata.uid}`;
