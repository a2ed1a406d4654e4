import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { EmulatorClients } from '../../emulator-clients.ts';
import { errorResponse } from '../aws-error.ts';
import type { StandIn } from './stand-in.ts';

/** A queue is read for a function by one mapping; MiniStack makes a second one. */
export const oneMappingAPair = ({ lambda }: Pick<EmulatorClients, 'lambda'>): StandIn => ({
  calls: ['lambda:CreateEventSourceMapping'],
  follows: 'AWS Lambda API Reference, CreateEventSourceMapping: ResourceConflictException',
  async answer(call, next) {
    const { EventSourceArn, FunctionName } = JSON.parse(call.body.toString());
    const { EventSourceMappings: [there] = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ EventSourceArn, FunctionName }),
    );
    if (!there) return await next();
    const message = `An event source mapping with SQS arn (" ${EventSourceArn} ") and function (" ${FunctionName} ") already exists. Please update or delete the existing mapping with UUID ${there.UUID}`;
    return errorResponse(call, 409, 'ResourceConflictException', message);
  },
});
