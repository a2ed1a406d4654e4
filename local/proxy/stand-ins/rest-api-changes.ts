import { setTimeout as sleep } from 'node:timers/promises';
import { errorResponse } from '../aws-error.ts';
import { isMutating } from '../aws-request.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

/** A REST API takes one change at a time; another that comes meanwhile is refused. */
export function restApiChanges(behaviour: RealisticBehaviour): StandIn {
  const underWay = new Set<string>();
  return {
    calls: 'every',
    follows:
      'Amazon API Gateway REST API Reference, "ConflictException"; hashicorp/terraform-provider-aws#776',
    async answer(call, next) {
      const [, id] = /^\/restapis\/([^/?]+)/.exec(call.url) ?? [];
      const takes = behaviour.restApiChangeMilliseconds;
      if (call.service !== 'apigateway' || id === undefined || takes === 0 || !isMutating(call.action))
        return await next();
      if (underWay.has(id)) {
        const message =
          'Unable to complete operation due to concurrent modification. Please try again later.';
        return errorResponse(call, 409, 'ConflictException', message);
      }
      underWay.add(id);
      try {
        const answer = await next();
        await sleep(takes);
        return answer;
      } finally {
        underWay.delete(id);
      }
    },
  };
}
