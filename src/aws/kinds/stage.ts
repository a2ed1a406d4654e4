import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  type GetDeploymentCommandOutput,
  GetStageCommand,
  type MethodSetting,
  type PatchOperation,
  paginateGetDeployments,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import type { Account } from '../account/account.ts';
import { orAbsent, orGone, unlessThere } from '../account/errors.ts';
import { type Actual, READY } from '../object/actual.ts';
import { canonical, differing } from '../object/canonical.ts';
import { defineKind } from '../object/kind.ts';
import { tagGatewayObject, untagGatewayObject } from './rest-api.ts';
import { isOpen } from './route.ts';

export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

export interface StageDesired {
  readonly restApiId: string;
  readonly name: string;
  /** Hash of everything that is to be deployed; it is the description of the deployment. */
  readonly content: string;
  /** Every path that is to be deployed, such as "/nami/orders". */
  readonly paths: readonly string[];
  /** Bounds of single routes, by path, such as "/nami/orders"; `null`: none. Routes that don't stand here keep theirs. */
  readonly throttles: Readonly<Record<string, Throttle | null>>;
}

/**
 * What holds for one route in the place of what holds for all: an override for one setting holds for every one, so that a
 * bound alone would end the route's metrics, and blind its alarm. (API Gateway: MethodSetting.)
 */
type Override = Throttle & { readonly metrics: boolean };

type Details = {
  readonly content: string;
  readonly overrides: Readonly<Record<string, Override>>;
  readonly metrics: boolean;
  readonly deploymentId: string;
  /** Paths at which the deployment really takes calls, whatever it was meant to; absent where AWS does not say. */
  readonly paths?: readonly string[];
};

type Summary = NonNullable<GetDeploymentCommandOutput['apiSummary']>;

/** Every method of a path leads to one function. */
const METHOD = 'ANY';

const pathsOf = (summary: Summary | undefined): Pick<Details, 'paths'> =>
  summary
    ? {
        paths: Object.entries(summary).flatMap(([path, { [METHOD]: method }]) =>
          method && isOpen(method) ? path : [],
        ),
      }
    : {};

/** Whether a deployment has to be made: of what was read just before the last one, some may not have been there then. */
const isDeployed = (details: Details, { content, paths }: StageDesired): boolean =>
  details.content === content &&
  (details.paths === undefined || canonical(details.paths) === canonical(paths));

/** API Gateway's own bounds: a route without a bound of ours shows these. */
const UNBOUND = -1;

/** Key of a route among the settings of a stage: the path without its first slash, slashes escaped. */
const settingKey = (path: string) => `${path.replace(/^\//, '~1').replaceAll(/(?<!^)\//g, '~1')}/ANY`;

function overridesOf(settings: Record<string, MethodSetting>): Record<string, Override> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, setting]) => {
      const path = /^(?!\*)(.+)\/ANY$/.exec(key)?.[1]?.replaceAll('~1', '/');
      if (path === undefined) return [];
      const override = {
        rateLimit: setting.throttlingRateLimit ?? UNBOUND,
        burstLimit: setting.throttlingBurstLimit ?? UNBOUND,
        metrics: setting.metricsEnabled ?? false,
      };
      return [[path.startsWith('/') ? path : `/${path}`, override] as const];
    }),
  );
}

const idOf = ({ restApiId, name }: Pick<StageDesired, 'restApiId' | 'name'>) => `${restApiId}/${name}`;

const lookName = (id: string) => `stage ${id}`;

/** A stage and what it shows; a look may serve that is so many `seconds` old. */
export async function lookAtStage(
  account: Account,
  wanted: Pick<StageDesired, 'restApiId' | 'name'>,
  seconds = 1,
): Promise<Actual<Details> | undefined> {
  const { restApiId, name } = wanted;
  const id = idOf(wanted);
  const [seen] = await account.inventory.read(lookName(id), seconds, async function* () {
    const found = await orAbsent(
      account.apiGateway.send(new GetStageCommand({ restApiId, stageName: name })),
    );
    if (!found) return;
    const deploymentId = found.deploymentId ?? '';
    const deployment = await orAbsent(
      account.apiGateway.send(new GetDeploymentCommand({ restApiId, deploymentId, embed: ['apisummary'] })),
    );
    const settings = found.methodSettings ?? {};
    yield {
      id,
      // A stage in an API of ours is ours, even where someone has taken its tags off.
      tags: Object.keys(found.tags ?? {}).length > 0 ? found.tags : undefined,
      state: READY,
      outputs: { name, content: deployment?.description ?? '' },
      details: {
        content: deployment?.description ?? '',
        overrides: overridesOf(settings),
        metrics: settings['*/*']?.metricsEnabled ?? false,
        deploymentId,
        ...pathsOf(deployment?.apiSummary),
      },
    };
  });
  return seen;
}

/** What senders see: a stage that shows one deployment of the API. */
export const stage = defineKind<StageDesired, Details>({
  removal: 'vanishes',
  find: (account, wanted) => lookAtStage(account, wanted),
  owned: async () => [],
  compare: ({ details }, desired) => [
    ...(isDeployed(details, desired) ? [] : ['content']),
    ...differing(details, { metrics: true }),
    ...(overridePatches(details.overrides, desired.throttles).length > 0 ? ['throttles'] : []),
  ],
  async create(account, desired, tags) {
    const { restApiId, name, content } = desired;
    const id = idOf(desired);
    const { id: deploymentId = '', apiSummary } = await account.apiGateway.send(
      new CreateDeploymentCommand({ restApiId, description: content }),
    );
    const command = new CreateStageCommand({ restApiId, stageName: name, deploymentId, tags: { ...tags } });
    await changing(account, id, () => unlessThere(account.apiGateway.send(command)));
    return {
      id,
      tags,
      state: READY,
      outputs: { name, content },
      details: { content, overrides: {}, metrics: false, deploymentId, ...pathsOf(apiSummary) },
    };
  },
  async update(account, desired, { id, details }) {
    const { restApiId, name, content } = desired;
    if (!isDeployed(details, desired)) {
      const command = new CreateDeploymentCommand({ restApiId, stageName: name, description: content });
      await changing(account, id, () => account.apiGateway.send(command));
      // The one before stays, for a quick way back; older ones only fill the quota.
      await prune(account, restApiId, details.deploymentId);
    }
    const patchOperations = [
      ...(details.metrics ? [] : [replace('/*/*/metrics/enabled', 'true')]),
      ...overridePatches(details.overrides, desired.throttles),
    ];
    if (patchOperations.length > 0) {
      const command = new UpdateStageCommand({ restApiId, stageName: name, patchOperations });
      await changing(account, id, () => account.apiGateway.send(command));
    }
  },
  async remove(account, { id }) {
    const [restApiId, stageName] = id.split('/');
    const command = new DeleteStageCommand({ restApiId, stageName });
    await changing(account, id, () => orGone(account.apiGateway.send(command)));
  },
  tag: (account, { id }, tags) => changing(account, id, () => tagGatewayObject(account, pathOf(id), tags)),
  untag: (account, { id }, keys) =>
    changing(account, id, () => untagGatewayObject(account, pathOf(id), keys)),
});

const changing = <T>(account: Account, id: string, work: () => Promise<T>): Promise<T> =>
  account.inventory.change(lookName(id), work);

const pathOf = (id: string) => `/restapis/${id.replace('/', '/stages/')}`;

const replace = (path: string, value: string): PatchOperation => ({ op: 'replace', path, value });

function overridePatches(
  actual: Readonly<Record<string, Override>>,
  desired: Readonly<Record<string, Throttle | null>>,
): PatchOperation[] {
  return Object.entries(desired).flatMap(([path, throttle]): PatchOperation[] => {
    const key = settingKey(path);
    const found = actual[path];
    if (!throttle) {
      const isAtRest = !found || (found.rateLimit === UNBOUND && found.metrics);
      return isAtRest ? [] : [{ op: 'remove', path: `/${key}` }];
    }
    if (canonical(found) === canonical({ ...throttle, metrics: true })) return [];
    return [
      replace(`/${key}/metrics/enabled`, 'true'),
      replace(`/${key}/throttling/rateLimit`, String(throttle.rateLimit)),
      replace(`/${key}/throttling/burstLimit`, String(throttle.burstLimit)),
    ];
  });
}

async function prune(account: Account, restApiId: string, keep: string): Promise<void> {
  const all = [];
  for await (const page of paginateGetDeployments(
    { client: account.apiGateway, pageSize: 500 },
    { restApiId },
  )) {
    all.push(...(page.items ?? []));
  }
  const newest = all.sort((a, b) => (b.createdDate?.getTime() ?? 0) - (a.createdDate?.getTime() ?? 0));
  for (const { id } of newest.slice(1)) {
    if (id === undefined || id === keep) continue;
    await orGone(account.apiGateway.send(new DeleteDeploymentCommand({ restApiId, deploymentId: id })));
  }
}
