import { DeleteNetworkInterfaceCommand, DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { formOf } from '../aws-request.ts';
import type { StandIn } from './stand-in.ts';

/** The interfaces that a launch made go with the instance; moto leaves them in use for ever. */
export function interfacesGoWithInstance({ ec2 }: EmulatorClients): StandIn {
  const madeBeforehand = new Set<string>();

  async function deleteInterfaces(instanceId: string): Promise<void> {
    const attached = { Name: 'attachment.instance-id', Values: [instanceId] };
    const { NetworkInterfaces = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [attached] }),
    );
    for (const { NetworkInterfaceId = '' } of NetworkInterfaces) {
      if (madeBeforehand.has(NetworkInterfaceId)) continue;
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    }
  }

  return {
    calls: ['ec2:CreateNetworkInterface', 'ec2:TerminateInstances'],
    follows:
      'Amazon EC2 API Reference, "InstanceNetworkInterfaceSpecification": DeleteOnTermination, set by default for those that a launch makes',
    async answer(call, next) {
      const answer = await next();
      if (answer.status >= 300) return answer;
      if (call.action === 'CreateNetworkInterface') {
        const [, id] = /<networkInterfaceId>([^<]+)</.exec(answer.body.toString()) ?? [];
        if (id !== undefined) madeBeforehand.add(id);
      } else {
        for (const [name, value] of formOf(call))
          if (name.startsWith('InstanceId.')) await deleteInterfaces(value);
      }
      return answer;
    },
  };
}
