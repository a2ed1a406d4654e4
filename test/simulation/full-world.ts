import { BRISK } from './aws/times.ts';
import { isReady } from './pipelines.ts';
import { furnish } from './states.ts';
import { FULL } from './sweep/life.ts';
import { simulate, type World } from './world.ts';

const DOMAIN = 'hooks.example.com';
const CERTIFICATES = ['one', 'two'].map((id) => `arn:aws:acm:eu-central-1:123456789012:certificate/${id}`);

/** A world at rest with an object of every kind, each with all that it can have. */
export async function fullWorld(more: Readonly<Record<string, string>> = {}): Promise<World> {
  const domain = { name: DOMAIN, certificateArn: CERTIFICATES[0], basePath: 'in', hostedZoneId: 'Z1' };
  const settings = { ...more, NAMI_DOMAINS: JSON.stringify([domain]), NAMI_TAGS: '{"team":"shop"}' };
  const world = await simulate({ settings, times: BRISK, isStarted: false });
  for (const certificate of CERTIFICATES) world.aws.apiGateway.domains.certificates.add(certificate);
  world.aws.route53.zones.add('Z1');
  furnish(world);
  world.start();
  world.kubernetes.apply({ metadata: { name: 'orders' }, spec: FULL });
  await world.until(isReady('orders'), 600);
  await world.run(1400);
  return world;
}
