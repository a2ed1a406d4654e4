import {
  APIGatewayClient,
  GetBasePathMappingsCommand,
  GetDomainNamesCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOperator } from '../../local/operator.ts';
import type { WebhookPipeline } from '../../src/api/v1alpha1.ts';
import { eventually } from '../user.ts';
import { System } from './system.ts';

/** A domain name of the operator's own, through the SDK's real clients. */

const NAME = 'hooks.example.com';
const DOMAIN = {
  name: NAME,
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d',
  basePath: 'in',
};
const SETTINGS = { NAMI_LOOK_SECONDS: '1', NAMI_RATE_SHARE: '10' };

let system: System;
let apiGateway: APIGatewayClient;
let route53: Route53Client;

beforeAll(async () => {
  system = await System.start('domains', SETTINGS);
  const settings = {
    endpoint: system.stack.emulators.miniStackUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  apiGateway = new APIGatewayClient(settings);
  route53 = new Route53Client(settings);
}, 600_000);

afterAll(async () => await system?.stop());

/** Ends the operator, and starts one with other settings. */
async function configure(settings: Readonly<Record<string, string>>): Promise<void> {
  await system.operator.kill();
  system.operator = await startOperator(system.stack, { ...SETTINGS, ...settings });
}

test('it leads to the endpoint, gets its record, and goes with the setting', async () => {
  const zone = await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: '1' }));
  const hostedZoneId = zone.HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
  const records = async () => {
    const command = new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId });
    const { ResourceRecordSets = [] } = await route53.send(command);
    return ResourceRecordSets.filter(({ Type }) => Type === 'A');
  };
  // MiniStack lists a domain name with the tags that it was made with: the zone is named from the beginning.
  const NAMI_DOMAINS = JSON.stringify([{ ...DOMAIN, hostedZoneId }]);
  await configure({ NAMI_DOMAINS });
  const { namespace } = await system.namespace('shop');
  await system.apply(namespace, 'orders', {
    store: { external: { uriSecretRef: { name: 'own', key: 'uri' } } },
  });
  const uri = await system.startOwnDatabase();
  await system.kubectl('-n', namespace, 'create', 'secret', 'generic', 'own', `--from-literal=uri=${uri}`);
  const endpoint = async () => {
    const text = await system.kubectl('-n', namespace, 'get', 'whp', 'orders', '-o', 'json');
    return (JSON.parse(text) as WebhookPipeline).status?.endpoint;
  };
  await eventually('the URL is of the domain name', async () =>
    Boolean((await endpoint())?.url?.startsWith(`https://${NAME}/in/nami/orders`)),
  );
  const { items: [domain] = [] } = await apiGateway.send(new GetDomainNamesCommand({}));
  expect(domain).toMatchObject({ domainName: NAME, securityPolicy: 'TLS_1_2' });
  expect((await endpoint())?.dnsTarget).toBe(domain?.regionalDomainName);
  const { items: mappings } = await apiGateway.send(new GetBasePathMappingsCommand({ domainName: NAME }));
  expect(mappings).toMatchObject([{ basePath: 'in', stage: 'live' }]);

  await configure({ NAMI_DOMAINS, NAMI_DISABLE_EXECUTE_API_ENDPOINT: 'true' });
  const isClosed = async () => {
    const { items: [api] = [] } = await apiGateway.send(new GetRestApisCommand({}));
    return String(api?.disableExecuteApiEndpoint) === 'true';
  };
  await eventually('the gateway’s own address is closed', isClosed);
  const [record, ...more] = await records();
  expect(more).toEqual([]);
  expect(record?.AliasTarget?.DNSName?.replace(/\.$/, '')).toBe(domain?.regionalDomainName);

  await configure({});
  const isGone = async () =>
    ((await apiGateway.send(new GetDomainNamesCommand({}))).items ?? []).length === 0;
  await eventually('the domain name is gone', async () => await isGone());
  expect(await records()).toEqual([]);
  expect(await isClosed()).toBe(false);
  await eventually('the URL is the gateway’s own again', async () =>
    Boolean((await endpoint())?.url?.includes('_user_request_')),
  );
});
