import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBinaries } from '../../local/tools/binaries.ts';
import { ANNOTATIONS, webhookPipelineSpec } from '../../src/api/v1alpha1.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { checkLimits } from '../../src/controller/input/limits.ts';
import { GRANTED, REFUSED } from '../unit/controller/input/limit-cases.ts';
import { ApiServer } from './api-server.ts';
import { isObtainable } from './obtainable.ts';

/** The chart's admission policies, as a real API server holds them against what users write. */

type Allowed = Partial<Config['allowed']>;
const DEFAULTS = readConfig({ AWS_REGION: 'eu-central-1' }).allowed;
/** Refused by every setting here, so that it shows when a policy is in force. */
const PROBE = { store: { managed: { mongoImage: 'probe:1' } } };

let server: ApiServer;
let helm: string;

const pipeline = (namespace: string, spec: unknown, metadata: object = {}) => ({
  apiVersion: 'nami.dev/v1alpha1',
  kind: 'WebhookPipeline',
  metadata: { name: 'orders', namespace, ...metadata },
  spec,
});
const tryOut = (namespace: string, spec: unknown) =>
  server.kubectl(['create', '--dry-run=server', '-f', '-'], pipeline(namespace, spec));

/** Puts the policies of a release into force that looks after one namespace, which is made. */
async function install(namespace: string, allowed: Allowed = {}, admission: object = {}): Promise<void> {
  await server.kubectl(['create', 'namespace', namespace]);
  const values = join(server.folder, `${namespace}.json`);
  const operator = { watchNamespaces: [namespace], allowed };
  writeFileSync(values, JSON.stringify({ aws: { region: 'eu-central-1' }, operator, admission }));
  const args = ['template', 'nami', 'deploy/helm/nami-operator', '--namespace', namespace];
  const shown = ['--show-only', 'templates/admission.yaml', '--values', values];
  const policies = execFileSync(helm, [...args, ...shown], { encoding: 'utf8' });
  const { code, output } = await server.run(['apply', '-f', '-'], policies);
  if (code !== 0) throw new Error(output);
  await vi.waitFor(async () => expect(await tryOut(namespace, PROBE)).toContain('do not allow'), 20_000);
}

/** The operator's own words to a spec; undefined where it has none. */
function operatorsWords(spec: object, namespace: string, allowed: Allowed): string | undefined {
  try {
    checkLimits(webhookPipelineSpec.parse(spec), namespace, { ...DEFAULTS, ...allowed });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const placed = <T>(value: T, namespace: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll('shop', namespace));

const isHelmThere = Boolean(process.env.NAMI_HELM) || (await isObtainable('helm'));

describe.skipIf(!isHelmThere)(
  'the admission policies of the chart (by Helm, which takes Go to build)',
  () => {
    beforeAll(async () => {
      server = await ApiServer.start();
      helm = process.env.NAMI_HELM || (await findBinaries(['helm'], server.processes, () => {})).helm;
    });
    afterAll(() => server?.stop());

    describe('what the operator’s settings', () => {
      const settings = new Map<string, string>();
      /** A namespace for each set of settings. */
      async function namespaceUnder(allowed: Allowed): Promise<string> {
        const key = JSON.stringify(allowed);
        const known = settings.get(key);
        if (known !== undefined) return known;
        const namespace = `shop-${settings.size}`;
        settings.set(key, namespace);
        await install(namespace, allowed);
        return namespace;
      }

      test.each(GRANTED)('grant, the API server takes: %s', async (_, spec, allowed) => {
        const namespace = await namespaceUnder(allowed);
        expect(await tryOut(namespace, placed(spec, namespace))).toMatch(/created \(server dry run\)$/);
      });

      test.each(REFUSED)('don’t grant, it refuses in the operator’s words: %s', async (_, given, allowed) => {
        const namespace = await namespaceUnder(allowed);
        const spec = placed(given, namespace);
        const words = operatorsWords(spec, namespace, allowed);
        expect(words).toBeDefined();
        const said = await tryOut(namespace, spec);
        expect(said).toMatch(/ValidatingAdmissionPolicy '.*\.limits' with binding '.*' denied request: /);
        expect(said.split('denied request: ')[1]).toBe(words);
      });
    });

    describe('a policy', () => {
      test('is about the watched namespaces alone', async () => {
        await install('watched');
        await server.kubectl(['create', 'namespace', 'unwatched']);
        expect(await tryOut('watched', PROBE)).toContain('denied request');
        expect(await tryOut('unwatched', PROBE)).toMatch(/created \(server dry run\)$/);
      });

      test('lets alone what was written before it, until its spec is written anew', async () => {
        await server.kubectl(['create', 'namespace', 'older']);
        const large = { store: { managed: { volume: { sizeGiB: 20 } } } };
        await server.kubectl(['create', '-f', '-'], pipeline('older', large));
        await install('older', { volumeGiB: 10 });
        const patch = (change: object, ...more: string[]) =>
          server.kubectl([
            '-n',
            'older',
            'patch',
            'whp',
            'orders',
            '--type=merge',
            '-p',
            JSON.stringify(change),
            ...more,
          ]);

        expect(await patch({ metadata: { finalizers: ['nami.dev/pipeline'] } })).toMatch(/patched$/);
        expect(
          await patch({ metadata: { annotations: { [ANNOTATIONS.reconcileRequestedAt]: 'now' } } }),
        ).toMatch(/patched$/);
        expect(await patch({ status: { observedGeneration: 1 } }, '--subresource=status')).toMatch(
          /patched$/,
        );
        expect(await patch({ spec: { suspend: true } })).toContain(
          'do not allow a volume of 20 GiB: use 10 GiB at most',
        );
        expect(await patch({ metadata: { finalizers: [] } })).toMatch(/patched$/);
        expect(await server.kubectl(['-n', 'older', 'delete', 'whp', 'orders'])).toContain('deleted');
      });

      test('warns where it is told to, and lets through', async () => {
        await install('warned', {}, { actions: ['Warn', 'Audit'] });
        const said = await tryOut('warned', PROBE);
        expect(said).toContain('Warning: ');
        expect(said).toContain(operatorsWords(PROBE, 'warned', {}));
        expect(said).toMatch(/created \(server dry run\)/);
      });
    });

    describe('an annotation that gives events up', () => {
      const GIVEN_UP = [ANNOTATIONS.discardEvents, ANNOTATIONS.replaceVolume];
      const as = (user: string, ...args: string[]) =>
        server.run([`--as=${user}`, '--namespace=guarded', ...args]);

      beforeAll(async () => {
        await install('guarded');
        const verbs = { writer: 'get,update,patch', owner: 'get,update,patch,delete' };
        for (const [user, list] of Object.entries(verbs)) {
          const role = ['create', 'role', user, `--verb=${list}`, '--resource=webhookpipelines.nami.dev'];
          await server.kubectl([...role, '--namespace=guarded']);
          const binding = ['create', 'rolebinding', user, `--role=${user}`, `--user=${user}`];
          await server.kubectl([...binding, '--namespace=guarded']);
        }
        await server.kubectl(['create', '-f', '-'], pipeline('guarded', {}));
        const attempt = ['annotate', 'whp', 'orders', `${ANNOTATIONS.discardEvents}=x`, '--dry-run=server'];
        await vi.waitFor(async () => expect((await as('writer', ...attempt)).code).toBe(1), 20_000);
      });

      test.each(GIVEN_UP)(
        '%s is taken from who may delete the pipeline, and from nobody else',
        async (name) => {
          const refused = await as('writer', 'annotate', 'whp', 'orders', `${name}=true`);
          expect(refused.code).toBe(1);
          expect(refused.output).toContain(
            `the annotation ${name} gives events up: ask somebody who may delete this pipeline, or have the right to delete webhookpipelines`,
          );
          const taken = await as('owner', 'annotate', 'whp', 'orders', `${name}=true`);
          expect(taken.output).toMatch(/annotated$/);
          // It stands there now: others may write the rest, and take it off.
          expect(
            (await as('writer', 'annotate', 'whp', 'orders', 'team=shop', '--overwrite')).output,
          ).toMatch(/annotated$/);
          expect((await as('writer', 'annotate', 'whp', 'orders', `${name}=other`, '--overwrite')).code).toBe(
            1,
          );
          expect((await as('writer', 'annotate', 'whp', 'orders', `${name}-`)).output).toMatch(/annotated$/);
        },
      );

      test('other annotations are anybody’s who may write', async () => {
        const others = Object.values(ANNOTATIONS).filter((name) => !GIVEN_UP.some((given) => given === name));
        expect(others.length).toBeGreaterThan(2);
        for (const name of others) {
          expect((await as('writer', 'annotate', 'whp', 'orders', `${name}=x`)).output).toMatch(/annotated$/);
        }
      });
    });
  },
);
