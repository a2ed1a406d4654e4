import { errorResponse } from '../aws-error.ts';
import { formOf } from '../aws-request.ts';
import type { StandIn } from './stand-in.ts';

/** A creation that is only to be tried makes nothing, in any emulator; those that moto tries itself are left to it. */
export const dryRuns: StandIn = {
  calls: ['ec2:CreateInternetGateway', 'ec2:CreateVolume', 'ec2:CreateVpc'],
  follows: 'Amazon EC2 API reference, the parameter DryRun of each action',
  answer: async (call, next) => {
    if (formOf(call).get('DryRun') !== 'true') return await next();
    const message = 'Request would have succeeded, but DryRun flag is set.';
    return errorResponse(call, 412, 'DryRunOperation', message);
  },
};
