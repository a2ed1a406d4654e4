import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { errorResponse } from '../aws-error.ts';
import { formOf } from '../aws-request.ts';
import type { StandIn } from './stand-in.ts';

/** A security group stays as long as an instance, a network interface or a function is in it. */
export function securityGroupInUse({ ec2, lambda }: EmulatorClients): StandIn {
  async function usersOf(groupId: string): Promise<(string | undefined)[]> {
    const [{ Reservations = [] }, { NetworkInterfaces = [] }, { Functions = [] }] = await Promise.all([
      ec2.send(new DescribeInstancesCommand({})),
      ec2.send(new DescribeNetworkInterfacesCommand({})),
      lambda.send(new ListFunctionsCommand({})),
    ]);
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    const ended = new Set(
      instances.filter(({ State }) => State?.Name === 'terminated').map(({ InstanceId }) => InstanceId),
    );
    const isIn = (groups: { GroupId?: string | undefined }[] = []) =>
      groups.some(({ GroupId }) => GroupId === groupId);
    return [
      ...instances
        .filter(({ InstanceId, SecurityGroups }) => !ended.has(InstanceId) && isIn(SecurityGroups))
        .map(({ InstanceId }) => InstanceId),
      ...NetworkInterfaces.filter(
        ({ Groups, Attachment }) => isIn(Groups) && !ended.has(Attachment?.InstanceId),
      ).map(({ NetworkInterfaceId }) => NetworkInterfaceId),
      // Its interfaces, which AWS makes and removes by itself, have no place in the emulators.
      ...Functions.filter(({ VpcConfig }) => VpcConfig?.SecurityGroupIds?.includes(groupId)).map(
        ({ FunctionName }) => FunctionName,
      ),
    ];
  }

  return {
    calls: ['ec2:DeleteSecurityGroup'],
    follows:
      'Amazon EC2 API Reference, "DeleteSecurityGroup": DependencyViolation for a group that is in use',
    async answer(call, next) {
      const groupId = formOf(call).get('GroupId');
      if (groupId === null || (await usersOf(groupId)).length === 0) return next();
      return errorResponse(call, 400, 'DependencyViolation', `resource ${groupId} has a dependent object`);
    },
  };
}
