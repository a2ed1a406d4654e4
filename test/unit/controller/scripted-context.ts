import type { WebhookPipeline } from '../../../src/api/v1alpha1.ts';
import { codeLibrary } from '../../../src/code.ts';
import type { Context } from '../../../src/controller/context.ts';
import type { RegionProblem } from '../../../src/controller/region/problems.ts';
import { KubernetesClient } from '../../../src/kubernetes/client.ts';
import { refuse, type Script, scripted } from '../aws/kinds/scripted-account.ts';
import { RecordingLogger } from '../kubernetes/kettles.ts';
import { type Answer, ScriptedTransport } from '../kubernetes/scripted-transport.ts';
import { CONFIG } from './pipelines.ts';

/** An account that has nothing: every list is empty, and every name unknown. */
export const NOTHING: Script = new Proxy<Script>(
  {},
  {
    get: (_, command: string) => {
      if (/^(List|Describe)|^GetRestApis|^GetDomainNames|ByPath$|Resources$/.test(command)) return () => ({});
      if (command === 'GetQueueUrl') return () => refuse('QueueDoesNotExist');
      return undefined;
    },
  },
);

/** What a reconcile works with: AWS and Kubernetes as scripts, and all that it says and wakes kept. */
export function scriptedContext(
  pipelines: readonly WebhookPipeline[],
  {
    aws = {},
    kubernetes = () => ({}),
    problems = [],
  }: {
    aws?: Script;
    kubernetes?: (request: { method: string; path: string; body: unknown }) => Answer | Error;
    problems?: readonly RegionProblem[];
  } = {},
) {
  const run = scripted(new Proxy(aws, { get: (own, command: string) => own[command] ?? NOTHING[command] }));
  const logger = new RecordingLogger();
  const transport = new ScriptedTransport(({ method, path, body }) =>
    kubernetes({ method, path, body: JSON.parse(body ?? '{}') }),
  );
  const known = new Map(pipelines.map((each) => [`${each.metadata.namespace}/${each.metadata.name}`, each]));
  const events: string[] = [];
  const woken: string[] = [];
  const context: Context = {
    config: CONFIG,
    clock: run.clock,
    logger,
    client: new KubernetesClient({ transport, clock: run.clock }),
    events: {
      record: (_: unknown, { reason, message }: { reason: string; message: string }) =>
        events.push(`${reason}: ${message}`),
      flush: async () => {},
    } as never,
    cluster: 'c',
    code: codeLibrary({
      'pre-queue': Buffer.from('1'),
      'pre-queue-certified': Buffer.from('1, certified'),
      'post-queue': Buffer.from('2'),
    }),
    account: async () => run.account,
    regions: { wake: (region) => woken.push(region), problems: () => problems },
    hostTurns: new Map(),
    pipelines: {
      get: (key) => known.get(key),
      list: () => [...known.values()],
      remember: ({ metadata, ...rest }) =>
        known.set(`${metadata.namespace}/${metadata.name}`, { ...rest, metadata }),
    },
  };
  return { context, run, logger, transport, events, woken };
}
