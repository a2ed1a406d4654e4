import { type Graph, type GraphNode, nodeKey, ref } from '../aws/graph/graph.ts';
import { TAGS } from '../aws/object/owner.ts';
import { STAGE } from './identity.ts';

/** A domain name that a region's endpoints are reached by. */
export interface DomainPlan {
  readonly name: string;
  readonly certificateArn: string;
  /** What comes before the path of an endpoint; empty for nothing. */
  readonly basePath: string;
  /** Hosted zone of Route 53 that gets a record; absent where somebody else sees to the name. */
  readonly hostedZoneId?: string | undefined;
}

/** A gateway that shows something to senders. */
export interface ShownGateway {
  /** Of the gateways of a region, from 1. */
  readonly number: number;
  readonly restApiId: string;
  /** Whether its address execute-api is closed. */
  readonly isClosed: boolean;
}

const part = 'Gateway';

/** What a gateway is reached under: the first has the base path of the domain, each further one a number with it. */
export function basePathOf({ basePath }: Pick<DomainPlan, 'basePath'>, number: number): string {
  if (number === 1) return basePath;
  return basePath === '' ? String(number) : `${basePath}-${number}`;
}

/** Ids as AWS's own objects have them. */
const mappingId = (domain: DomainPlan, { number }: ShownGateway) =>
  `${domain.name}/${basePathOf(domain, number)}`;
export const recordId = ({ hostedZoneId = '', name }: DomainPlan): string => `${hostedZoneId}/${name}`;

/**
 * The domain names of a region, with what they lead to. All of it is optional: one that can't be made holds up no route. A
 * gateway's own address is closed only once all of them lead to it, and opened again where it is not to be closed.
 */
export function planDomains(
  domains: readonly DomainPlan[],
  gateways: readonly ShownGateway[],
  closesDefaultEndpoint: boolean,
): Graph {
  const isClosed = closesDefaultEndpoint && domains.length > 0;
  return [
    ...domains.flatMap((domain) => nodesOf(domain, gateways)),
    ...gateways
      .filter((gateway) => isClosed || gateway.isClosed)
      .map(
        (gateway): GraphNode => ({
          kind: 'DefaultEndpoint',
          id: gateway.restApiId,
          part,
          // Opened again before anything that leads to it another way may go.
          ...(isClosed && { optional: true }),
          after: isClosed ? domains.flatMap((domain) => leadingTo(domain, gateway)) : [],
          desired: { restApiId: gateway.restApiId, stage: STAGE, isClosed },
        }),
      ),
  ];
}

/** Keys of what has to be there before senders need no other way to a gateway. */
const leadingTo = (domain: DomainPlan, gateway: ShownGateway): string[] => [
  nodeKey('BasePathMapping', mappingId(domain, gateway)),
  ...(domain.hostedZoneId === undefined ? [] : [nodeKey('DnsRecord', recordId(domain))]),
];

function nodesOf(domain: DomainPlan, gateways: readonly ShownGateway[]): GraphNode[] {
  const { name, certificateArn, hostedZoneId } = domain;
  const common = { part, optional: true } as const;
  return [
    {
      ...common,
      kind: 'DomainName',
      id: name,
      standing: true,
      desired: { name, certificateArn },
      ...(hostedZoneId !== undefined && { tags: { [`${TAGS.hostedZone}${hostedZoneId}`]: 'A' } }),
    },
    ...gateways.map(
      (gateway): GraphNode => ({
        ...common,
        kind: 'BasePathMapping',
        id: mappingId(domain, gateway),
        desired: {
          domainName: ref('DomainName', name, 'name'),
          basePath: basePathOf(domain, gateway.number),
          restApiId: gateway.restApiId,
          stage: STAGE,
        },
      }),
    ),
    // It comes once it leads to something.
    ...(hostedZoneId === undefined || gateways.length === 0
      ? []
      : [
          {
            ...common,
            kind: 'DnsRecord' as const,
            id: recordId(domain),
            after: gateways.map((gateway) => nodeKey('BasePathMapping', mappingId(domain, gateway))),
            desired: {
              hostedZoneId,
              name,
              target: ref('DomainName', name, 'target'),
              targetZoneId: ref('DomainName', name, 'targetZoneId'),
            },
          },
        ]),
  ];
}
