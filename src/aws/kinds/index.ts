import type { Kind } from '../object/kind.ts';
import { alarm } from './alarm.ts';
import { alias } from './alias.ts';
import { basePathMapping } from './base-path-mapping.ts';
import { defaultEndpoint } from './default-endpoint.ts';
import { dnsRecord } from './dns-record.ts';
import { domainName } from './domain-name.ts';
import { eventSourceMapping } from './event-source-mapping.ts';
import { lambdaFunction } from './function.ts';
import { gatewayResponse } from './gateway-response.ts';
import { instance } from './instance.ts';
import { instanceProfile } from './instance-profile.ts';
import { internetGateway } from './internet-gateway.ts';
import { logGroup } from './log-group.ts';
import { parameter } from './parameter.ts';
import { permission } from './permission.ts';
import { provisionedConcurrency } from './provisioned-concurrency.ts';
import { queue } from './queue.ts';
import { reservedConcurrency } from './reserved-concurrency.ts';
import { restApi } from './rest-api.ts';
import { role } from './role.ts';
import { route } from './route.ts';
import { routeTable } from './route-table.ts';
import { securityGroup } from './security-group.ts';
import { stage } from './stage.ts';
import { subnet } from './subnet.ts';
import { volume } from './volume.ts';
import { volumeAttachment } from './volume-attachment.ts';
import { vpc } from './vpc.ts';

/** Every kind of AWS object that a graph can hold. */
export const kinds = {
  Alarm: alarm,
  Alias: alias,
  BasePathMapping: basePathMapping,
  DefaultEndpoint: defaultEndpoint,
  DnsRecord: dnsRecord,
  DomainName: domainName,
  EventSourceMapping: eventSourceMapping,
  Function: lambdaFunction,
  GatewayResponse: gatewayResponse,
  Instance: instance,
  InstanceProfile: instanceProfile,
  InternetGateway: internetGateway,
  LogGroup: logGroup,
  Parameter: parameter,
  Permission: permission,
  ProvisionedConcurrency: provisionedConcurrency,
  Queue: queue,
  ReservedConcurrency: reservedConcurrency,
  RestApi: restApi,
  Role: role,
  Route: route,
  RouteTable: routeTable,
  SecurityGroup: securityGroup,
  Stage: stage,
  Subnet: subnet,
  Volume: volume,
  VolumeAttachment: volumeAttachment,
  Vpc: vpc,
};

export type Kinds = typeof kinds;

/** Each node's kind fits its own `desired`; TypeScript cannot follow that through the table. */
export const kindOf = (name: keyof Kinds): Kind<unknown, unknown> =>
  kinds[name] as unknown as Kind<unknown, unknown>;
