import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { describe, expect, test } from 'vitest';
import type { Call } from './aws/aws-account.ts';
import { BRISK } from './aws/times.ts';
import { first, isGone, isReady } from './pipelines.ts';
import { leftovers, NOTHING_STAYS } from './whole-life.ts';
import { simulate, type World } from './world.ts';

/** The gateway under a domain name of the operator's own. */

const NAME = 'hooks.example.com';
const ZONE = 'Z1';
const arn = (id: string, region = 'eu-central-1') => `arn:aws:acm:${region}:123456789012:certificate/${id}`;
const CERTIFICATE = arn('one');
const URL = `https://${NAME}/in/nami/orders`;
const PATIENCE = 1200;

const domainsOf = (...domains: object[]) => ({ NAMI_DOMAINS: JSON.stringify(domains) });
const DOMAIN = { name: NAME, certificateArn: CERTIFICATE, basePath: 'in', hostedZoneId: ZONE };
const CLOSED = { NAMI_DISABLE_EXECUTE_API_ENDPOINT: 'true' };

interface Options {
  readonly settings?: Readonly<Record<string, string>>;
  readonly before?: (world: World) => void;
}

/** A world in which the pipeline "orders" is applied, and ACM and Route 53 have what the domain name needs. */
async function started({ settings = domainsOf(DOMAIN), before = () => {} }: Options = {}): Promise<World> {
  const world = await simulate({
    times: BRISK,
    settings: { ...NOTHING_STAYS, ...settings },
    isStarted: false,
  });
  world.aws.apiGateway.domains.certificates.add(CERTIFICATE).add(arn('two'));
  world.aws.route53.zones.add(ZONE).add('Z2');
  before(world);
  world.start();
  world.kubernetes.apply({ metadata: { name: 'orders' } });
  return world;
}

type Endpoint = { readonly url?: string; readonly dnsTarget?: string } | undefined;
const endpoint = ({ kubernetes }: World): Endpoint => kubernetes.get('orders')?.status?.endpoint as Endpoint;
const hasUrl = (url: string) => (world: World) => endpoint(world)?.url === url;
const ownUrl = ({ aws }: World) =>
  `https://${aws.apiGateway.restApis.values()[0]?.id}.execute-api.eu-central-1.amazonaws.com/live/nami/orders`;
const isClosed = (world: World): boolean =>
  world.aws.apiGateway.stages.size > 0 && world.senders.postTo(ownUrl(world)).status === 403;
const gatewayReady = ({ kubernetes }: World) => kubernetes.condition('orders', 'GatewayReady');
const events = ({ kubernetes }: World) =>
  kubernetes.events.map((event) => {
    const { reason, note } = event as { readonly reason?: string; readonly note?: string };
    return `${reason}: ${note}`;
  });
const domainsIn = ({ aws }: World) => aws.contents().filter((each) => /^(BasePath|Dns|Domain)/.test(each));
const ALL_OF_IT = [`BasePathMapping ${NAME}/in`, `DnsRecord ${NAME}. A`, `DomainName ${NAME}`];

describe('a domain name', () => {
  test('leads to the endpoint, is the URL of it from then on, and what it has to lead to is told', async () => {
    const world = await started();
    await world.until(hasUrl(URL), PATIENCE);
    await world.until((each) => domainsIn(each).length === 3, 60);
    const { target } = first(world.aws.apiGateway.domains.domainNames.values());
    expect(endpoint(world)?.dnsTarget).toBe(target);
    expect(events(world)).toContain(
      `DNSTarget: the operator's domain name for this endpoint has to lead to ${target} in DNS, by a CNAME or an alias record`,
    );
    expect(world.aws.route53.targetOf(NAME)).toBe(target);
    expect(world.senders.postTo(URL).status).toBe(200);
    expect(world.senders.postTo(ownUrl(world)).status).toBe(200);
    expect(world.aws.calls.find(({ command }) => command === 'CreateDomainName')?.input).toMatchObject({
      endpointConfiguration: { types: ['REGIONAL'] },
      securityPolicy: 'TLS_1_2',
      tags: { 'nami.dev/shared': 'region' },
    });
    await world.until(isReady('orders'), PATIENCE);
    await world.run(120);
    const changes = world.aws.changes.length;
    await world.restart();
    await world.run(1800);
    expect(world.aws.changes.slice(changes)).toEqual([]);
  });

  test('of another region is not made in this one', async () => {
    const far = { name: NAME, region: 'us-east-1', certificateArn: arn('far', 'us-east-1') };
    const world = await started({ settings: domainsOf(far) });
    await world.until(isReady('orders'), PATIENCE);
    await world.run(600);
    expect(domainsIn(world)).toEqual([]);
    expect(endpoint(world)).toMatchObject({ url: ownUrl(world) });
  });

  test('gets another certificate where it is, and serves on', async () => {
    const world = await started();
    await world.until(hasUrl(URL), PATIENCE);
    await world.stop();
    const { target } = first(world.aws.apiGateway.domains.domainNames.values());
    const next = await changed(world, domainsOf({ ...DOMAIN, certificateArn: arn('two') }));
    await next.until(
      ({ aws }) => first(aws.apiGateway.domains.domainNames.values()).certificateArn === arn('two'),
      PATIENCE,
    );
    expect(first(next.aws.apiGateway.domains.domainNames.values()).target).toBe(target);
    expect(next.senders.postTo(URL).status).toBe(200);
    expect(hasUrl(URL)(next)).toBe(true);
  });

  test('goes when the settings name it no more: what leads to it first; the endpoint is open again before', async () => {
    const world = await started({ settings: { ...domainsOf(DOMAIN), ...CLOSED } });
    await world.until(isClosed, PATIENCE);
    await world.stop();
    const before = world.aws.changes.length;
    const next = await changed(world, {});
    await next.until((each) => domainsIn(each).length === 0, PATIENCE);
    const commands = next.aws.changes
      .slice(before)
      .filter(isOfDomains)
      .map(({ command }) => command);
    expect(commands).toEqual([
      'UpdateRestApi',
      'UpdateStage',
      'ChangeResourceRecordSets',
      'DeleteBasePathMapping',
      'DeleteDomainName',
    ]);
    await next.until(hasUrl(ownUrl(next)), 120);
    expect(endpoint(next)).not.toHaveProperty('dnsTarget');
    expect(next.senders.postTo(ownUrl(next)).status).toBe(200);
  });

  test('goes with the last pipeline, and nothing is left of it', async () => {
    const world = await started({ settings: { ...domainsOf(DOMAIN), ...CLOSED } });
    await world.until(hasUrl(URL), PATIENCE);
    world.kubernetes.delete('orders');
    await world.until(isGone('orders'), PATIENCE);
    await world.until(({ aws }) => aws.contents().length <= 2, PATIENCE);
    expect(leftovers(world)).toEqual([]);
  });

  test('stays, with the base path of another API on it, which is not the operator’s', async () => {
    const world = await started();
    await world.until(hasUrl(URL), PATIENCE);
    const { mappings } = world.aws.apiGateway.domains;
    const other = { domainName: NAME, basePath: 'shop', restApiId: 'other', stage: 'prod' };
    mappings.set(`${NAME}/shop`, other);
    await world.stop();
    const next = await changed(world, {});
    await next.until((each) => gatewayReady(each)?.reason === 'StillMapped', PATIENCE);
    expect(mappings.values()).toEqual([other]);
    expect(world.aws.apiGateway.domains.domainNames.has(NAME)).toBe(true);
  });
});

/** The same world, in which an operator with other settings starts. */
async function changed(world: World, settings: Readonly<Record<string, string>>): Promise<World> {
  world.configure({ ...NOTHING_STAYS, ...settings });
  world.start();
  return world;
}

describe('the address execute-api is closed where that is asked for,', () => {
  test('once the domain name leads to the endpoint, and not before', async () => {
    const settings = { ...domainsOf(DOMAIN), ...CLOSED };
    const refuse = ({ aws }: World) => aws.faults.refuse('ChangeResourceRecordSets', 'AccessDenied', 'no');
    const world = await started({ settings, before: refuse });
    await world.until(isReady('orders'), PATIENCE);
    await world.run(600);
    expect(world.senders.postTo(ownUrl(world)).status).toBe(200);
    world.aws.faults.accept();
    await world.until(isClosed, PATIENCE);
    expect(world.aws.route53.targetOf(NAME)).toBeDefined();
    expect(world.senders.postTo(URL).status).toBe(200);
    const changes = world.aws.changes.length;
    await world.run(1800);
    expect(world.aws.changes.slice(changes)).toEqual([]);
  });

  test('and never without a domain name', async () => {
    const world = await started({ settings: CLOSED });
    await world.until(isReady('orders'), PATIENCE);
    await world.run(600);
    expect(world.senders.postTo(ownUrl(world)).status).toBe(200);
  });
});

type Trouble = readonly [words: string, before: (world: World) => void, reason: string, message: string];

const foreignDomain = ({ aws }: World) =>
  aws.apiGateway.domains.domainNames.set(NAME, {
    name: NAME,
    certificateArn: CERTIFICATE,
    securityPolicy: 'TLS_1_2',
    tags: {},
    target: 'd-other.example',
    changedAt: 0,
  });

const TROUBLES: readonly Trouble[] = [
  [
    'a certificate that ACM does not have',
    ({ aws }) => aws.apiGateway.domains.certificates.clear(),
    'AWSError',
    'The provided certificate does not exist',
  ],
  ['a domain name that is not the operator’s', foreignDomain, 'NotOurs', 'take it out of operator.domains'],
  [
    'a domain name of another account',
    ({ aws }) => aws.apiGateway.domains.taken.add(NAME),
    'DomainTaken',
    'another AWS account has the domain name hooks.example.com',
  ],
  [
    'a right that nobody gives',
    ({ aws }) => aws.faults.refuse('CreateDomainName', 'AccessDenied', 'not authorized'),
    'AccessDenied',
    'apigateway:CreateDomainName',
  ],
];

describe('it holds up no endpoint, and says what is wrong:', () => {
  test.each(TROUBLES)('%s', async (_, before, reason, message) => {
    const world = await started({ before });
    await world.until(isReady('orders'), PATIENCE);
    await world.until((each) => gatewayReady(each)?.reason === reason, 300);
    expect(gatewayReady(world)).toMatchObject({ status: 'True', message: expect.stringContaining(message) });
    expect(hasUrl(ownUrl(world))(world)).toBe(true);
    expect(world.aws.changes.filter(({ command }) => command === 'CreateBasePathMapping')).toEqual([]);
    const began = world.time.now();
    world.kubernetes.apply({ metadata: { name: 'returns' } });
    await world.until(isReady('returns'), 300);
    // A look that waits until AWS takes the next change of a domain name makes it twice that.
    expect((world.time.now() - began) / 1000).toBeLessThan(25);
  });
});

test('a certificate that comes late is taken when it is there', async () => {
  const world = await started({ before: ({ aws }) => aws.apiGateway.domains.certificates.clear() });
  await world.until((each) => gatewayReady(each)?.reason === 'AWSError', PATIENCE);
  world.aws.apiGateway.domains.certificates.add(CERTIFICATE);
  await world.until(hasUrl(URL), PATIENCE);
  await world.until((each) => gatewayReady(each)?.reason === 'Ready', 120);
});

describe('a record that leads elsewhere', () => {
  const elsewhere = {
    Name: `${NAME}.`,
    Type: 'CNAME',
    ResourceRecords: [{ Value: 'old.example.com' }],
  } satisfies ResourceRecordSet;
  const key = `${ZONE}/${NAME}./CNAME/`;

  test('is never changed: it is told what to do', async () => {
    const before = ({ aws }: World) => aws.route53.records.set(key, { zoneId: ZONE, record: elsewhere });
    const world = await started({ before: (each) => void before(each) });
    await world.until((each) => gatewayReady(each)?.reason === 'RecordTaken', PATIENCE);
    const { target } = first(world.aws.apiGateway.domains.domainNames.values());
    expect(gatewayReady(world)?.message).toContain(
      `has a record CNAME for ${NAME} that leads to old.example.com and is not the operator's: point it to ${target} yourself`,
    );
    expect(hasUrl(URL)(world)).toBe(true);
    expect(world.aws.route53.records.values().map(({ record }) => record)).toEqual([elsewhere]);
    const record = { ...elsewhere, ResourceRecords: [{ Value: target }] };
    world.aws.route53.records.set(key, { zoneId: ZONE, record });
    await world.until((each) => gatewayReady(each)?.reason === 'Ready', PATIENCE);
    await world.stop();
    const next = await changed(world, {});
    await next.until(({ aws }) => aws.apiGateway.domains.domainNames.size === 0, PATIENCE);
    expect(next.aws.route53.records.values().map((each) => each.record)).toEqual([record]);
  });

  test('is followed no more when the hosted zone is another: ours goes from the one before', async () => {
    const world = await started();
    await world.until((each) => domainsIn(each).length === 3, PATIENCE);
    await world.stop();
    const next = await changed(world, domainsOf({ ...DOMAIN, hostedZoneId: 'Z2' }));
    const zones = () => next.aws.route53.records.values().map(({ zoneId }) => zoneId);
    await next.until(() => zones().join() === 'Z2', PATIENCE);
  });
});

test('a base path that leads to another API is never changed', async () => {
  const world = await started({ settings: domainsOf({ ...DOMAIN, hostedZoneId: undefined }) });
  await world.until(hasUrl(URL), PATIENCE);
  const { mappings } = world.aws.apiGateway.domains;
  const { restApis } = world.aws.apiGateway;
  restApis.set('other', { ...first(restApis.values()), id: 'other', name: 'other', tags: {} });
  mappings.change(`${NAME}/in`, { restApiId: 'other' });
  await world.until((each) => gatewayReady(each)?.reason === 'BasePathTaken', PATIENCE);
  expect(mappings.get(`${NAME}/in`)?.restApiId).toBe('other');
  await world.until(hasUrl(ownUrl(world)), 120);
  restApis.delete('other');
  await world.until(hasUrl(URL), PATIENCE);
});

const CALM = await started({ settings: { ...domainsOf(DOMAIN), ...CLOSED } });
await CALM.until(isClosed, PATIENCE);
await CALM.run(60);
const isOfDomains = ({ command, isRead, input }: Call) =>
  (!isRead && /DomainName|BasePath|ResourceRecord|UpdateRestApi/.test(command)) ||
  (command === 'UpdateStage' && JSON.stringify(input).includes('/variables/'));
const COMMANDS = CALM.aws.calls.filter(isOfDomains).map(({ command }) => command);

/** Up and down again; nothing is there twice, and nothing is left. */
async function comesAndGoes(before: (world: World) => void): Promise<void> {
  const world = await started({ settings: { ...domainsOf(DOMAIN), ...CLOSED }, before });
  await world.until(hasUrl(URL), PATIENCE);
  await world.until(isClosed, PATIENCE);
  expect(domainsIn(world)).toEqual(ALL_OF_IT);
  expect(world.aws.made('domain')).toBe(1);
  world.kubernetes.delete('orders');
  await world.until(isGone('orders'), PATIENCE);
  await world.until(({ aws }) => aws.contents().length <= 2, PATIENCE);
  expect(leftovers(world)).toEqual([]);
}

describe('it comes and goes where', () => {
  test('all that a domain name takes is tried', () => {
    expect(COMMANDS).toEqual([
      'CreateDomainName',
      'CreateBasePathMapping',
      'ChangeResourceRecordSets',
      'UpdateRestApi',
      'UpdateStage',
    ]);
  });

  const GOING = ['DeleteBasePathMapping', 'DeleteDomainName'];

  test.each([...COMMANDS, ...GOING])('the operator dies just after %s', async (command) => {
    await comesAndGoes((world) => world.crashOn((call) => call.command === command && isOfDomains(call)));
  });

  test.each([...COMMANDS, ...GOING])('every answer of %s is lost', async (command) => {
    await comesAndGoes(({ aws }) => aws.faults.loseAnswer(command, 3));
  });

  test.each([...COMMANDS, ...GOING])('%s is throttled', async (command) => {
    await comesAndGoes(({ aws }) => aws.faults.throttle(command, 6));
  });

  test('reads lag behind', async () => {
    await comesAndGoes(({ aws }) => aws.faults.lag(10, 'apigateway', 'route53'));
  });

  test('the rates that AWS publishes hold', async () => {
    await comesAndGoes(({ aws }) => void Object.assign(aws.faults, { ratesHold: true }));
  });
});
