import { type WebhookPipeline, type WebhookPipelineSpec, webhookPipelineSpec } from '../../api/v1alpha1.ts';
import { TerminalError } from '../../aws/account/errors.ts';

/** The API server has checked it; a rule that came later may still refuse what was stored before. */
export function parseSpec({ spec }: WebhookPipeline): WebhookPipelineSpec {
  const parsed = webhookPipelineSpec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const words = parsed.error.issues.map(({ path, message }) => `spec.${path.join('.')}: ${message}`);
  throw new TerminalError('SpecInvalid', words.join('; '), { cause: parsed.error });
}

/** The API server refuses these as well, unless the status was lost in between. */
export function refuseMoves({ spec, status }: WebhookPipeline, region: string): void {
  if (spec.region !== undefined && spec.region !== region) {
    throw new TerminalError(
      'RegionChanged',
      `the pipeline is in ${region}, which can't be changed: set spec.region back, or make a new pipeline`,
    );
  }
  const path = status?.endpoint?.path;
  if (path !== undefined && spec.endpoint?.path !== undefined && spec.endpoint.path !== path) {
    throw new TerminalError(
      'PathChanged',
      `senders hold the path ${path}, which can't be changed: set spec.endpoint.path back, or make a new pipeline`,
    );
  }
}
