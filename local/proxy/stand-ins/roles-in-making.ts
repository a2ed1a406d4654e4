import { errorResponse } from '../aws-error.ts';
import { type AwsCall, formOf } from '../aws-request.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

/** IAM is eventually consistent: for a while other services don't know what it has just made. */
export function rolesInMaking(behaviour: RealisticBehaviour): StandIn {
  const madeAt = new Map<string, number>();
  const isInMaking = (arnOrName: string | null | undefined) => {
    const name = arnOrName?.split('/').at(-1) ?? '';
    return Date.now() - (madeAt.get(name) ?? 0) < behaviour.roleNotAssumableMilliseconds;
  };

  function refusal(call: AwsCall) {
    if (call.service === 'lambda' && isInMaking(JSON.parse(call.body.toString()).Role)) {
      const message = 'The role defined for the function cannot be assumed by Lambda.';
      return errorResponse(call, 400, 'InvalidParameterValueException', message);
    }
    if (call.action === 'RunInstances') {
      const form = formOf(call);
      const profile = form.get('IamInstanceProfile.Name') ?? form.get('IamInstanceProfile.Arn');
      if (!isInMaking(profile)) return undefined;
      const message = `Value (${profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
      return errorResponse(call, 400, 'InvalidParameterValue', message);
    }
    return undefined;
  }

  return {
    calls: [
      'iam:CreateRole',
      'iam:CreateInstanceProfile',
      'lambda:CreateFunction',
      'lambda:UpdateFunctionConfiguration',
      'ec2:RunInstances',
    ],
    follows: 'AWS IAM User Guide, "Changes that I make are not always immediately visible"',
    async answer(call, next) {
      const answer = refusal(call) ?? (await next());
      if (call.service === 'iam' && answer.status < 300) {
        const form = formOf(call);
        madeAt.set(form.get('RoleName') ?? form.get('InstanceProfileName') ?? '', Date.now());
      }
      return answer;
    },
  };
}
