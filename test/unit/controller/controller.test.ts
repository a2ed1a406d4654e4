import { describe, expect, test } from 'vitest';
import type { WebhookPipeline } from '../../../src/api/v1alpha1.ts';
import { Controller } from '../../../src/controller/controller.ts';
import { DEFINITION } from '../../../src/controller/custom-resource.ts';
import { CONFIG, pipeline } from './pipelines.ts';
import { scriptedContext } from './scripted-context.ts';

async function started(
  pipelines: readonly WebhookPipeline[],
  more: { deleteSharedObjects?: boolean; regionsOfAccount?: () => Promise<string[]> } = {},
) {
  const { deleteSharedObjects = false, regionsOfAccount = async () => ['eu-west-1', 'us-east-1'] } = more;
  const world = scriptedContext(pipelines, {
    kubernetes: ({ path }) =>
      path.includes('watch=')
        ? { staysOpen: true, chunks: [] }
        : { json: { metadata: { resourceVersion: '1' }, items: pipelines } },
  });
  const opened: string[] = [];
  const controller = new Controller({
    ...world.context,
    config: { ...CONFIG, deleteSharedObjects },
    account: async (region) => {
      opened.push(region);
      return { ...world.run.account, region };
    },
    regionsOfAccount,
    self: DEFINITION,
  });
  await controller.start();
  await world.run.clock.advance(1000);
  const stopping = controller.stop(1);
  await world.run.clock.advance(2000);
  await stopping;
  return { ...world, opened: [...new Set(opened)].sort() };
}

describe('a start', () => {
  test('looks at every region of the account where shared objects go with the last pipeline', async () => {
    const { opened } = await started([], { deleteSharedObjects: true });
    expect(opened).toEqual(['eu-central-1', 'eu-west-1', 'us-east-1']);
  });

  test('looks at its own all the same where the account’s can not be listed, and says so', async () => {
    const { opened, logger } = await started([], {
      deleteSharedObjects: true,
      regionsOfAccount: async () => {
        throw new Error('not authorized to perform: ec2:DescribeRegions');
      },
    });
    expect(opened).toEqual(['eu-central-1']);
    expect(logger.lines).toMatchObject([
      { level: 'warn', details: { cause: expect.stringContaining('DescribeRegions') } },
    ]);
  });

  test('looks at its own region alone without pipelines where shared objects stay: for what has none', async () => {
    const { opened, run } = await started([]);
    expect(opened).toEqual(['eu-central-1']);
    expect(run.calls.map(({ command }) => command)).toEqual(['GetResources']);
  });

  test('looks at the regions of its pipelines', async () => {
    const external = { external: { uriSecretRef: { name: 's', key: 'k' } } };
    const { opened } = await started([pipeline('far', { spec: { region: 'ap-south-1', store: external } })]);
    expect(opened).toContain('ap-south-1');
  });

  test('looks there and in its own for what has no pipeline', async () => {
    const far = pipeline('far', { spec: { region: 'ap-south-1' } });
    const { run } = await started([far, pipeline('farther', { spec: { region: 'ap-south-1' } })]);
    expect(run.inputs('GetResources').filter((input) => 'TagFilters' in input)).toHaveLength(2);
  });
});
