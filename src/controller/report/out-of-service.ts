import type { WebhookPipeline } from '../../api/v1alpha1.ts';
import type { Health, Report } from './conditions.ts';

/**
 * A report with what the user has put out of service: such a pipeline is as it is wanted, and stores nothing, which must
 * not be overlooked. A paused queue forgets in the end; a disabled endpoint hides nothing else that is wrong. Pure.
 */
export function withOutOfService(report: Report, { endpoint, postQueue }: WebhookPipeline['spec']): Report {
  const isPaused = postQueue?.paused === true;
  const isDisabled = endpoint?.enabled === false;
  const code = endpoint?.response?.disabledStatusCode ?? 503;
  const disabled = `every request is answered ${code} and nothing of it is stored, since spec.endpoint.enabled is false`;
  const paused: Health = {
    status: 'False',
    reason: 'Paused',
    message:
      'nothing is stored, since spec.postQueue.paused is true: the queue keeps what comes for 14 days, so set it to false before that',
  };
  if (isPaused) {
    const note = isDisabled
      ? `${disabled}; nor is what waits in the queue, since spec.postQueue.paused is true`
      : 'deliveries are accepted and wait in the queue, since spec.postQueue.paused is true';
    return { ...report, health: paused, note };
  }
  if (!isDisabled) return report;
  const isWell = report.health.status === 'True';
  return {
    ...report,
    note: disabled,
    ...(isWell && { health: { status: 'False', reason: 'EndpointDisabled', message: disabled } }),
  };
}
