import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Config } from '../../config.ts';

/** Region of a pipeline: the recorded one, for it never changes; else what is asked for. */
export function regionOf({ spec, status }: WebhookPipeline, config: Config): string {
  return status?.endpoint?.region ?? spec.region ?? config.region;
}

/** Last part of the URL of a pipeline: likewise. */
export function pathOf({ metadata, spec, status }: WebhookPipeline, config: Config): string {
  const standard = config.endpointPaths === 'name' ? metadata.name : `${metadata.namespace}-${metadata.name}`;
  return status?.endpoint?.path ?? spec.endpoint?.path ?? standard;
}

/** The pipeline that holds the path which `pipeline` asks for, if that is another: the oldest one, ties by UID. */
export function rivalOf(
  pipeline: WebhookPipeline,
  all: readonly WebhookPipeline[],
  config: Config,
): WebhookPipeline | undefined {
  const path = pathOf(pipeline, config);
  const region = regionOf(pipeline, config);
  const [holder] = all
    .filter((other) => pathOf(other, config) === path && regionOf(other, config) === region)
    .sort((a, b) => ageOf(a).localeCompare(ageOf(b)));
  return holder && holder.metadata.uid !== pipeline.metadata.uid ? holder : undefined;
}

/** RFC 3339 times in UTC sort as text. */
const ageOf = ({ metadata }: WebhookPipeline) => `${metadata.creationTimestamp} ${metadata.uid}`;
