import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { FakeClock } from '../../../unit/fake-clock.ts';
import { AwsAccount } from '../aws-account.ts';
import { SERVICES, type ServiceName } from '../service.ts';
import { MODELS_FILE, type Model, type Shape } from './model.ts';

/**
 * Writes what AWS's own models say of the requests that the simulation answers. The models are botocore's, which comes with
 * the emulators: `make up` or `make test` installs them. Run after a command was added to a simulated service.
 */

/** Where botocore calls a service something else. */
const FOLDERS: Partial<Record<ServiceName, string>> = { tag: 'resourcegroupstaggingapi' };

interface Botocore {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Record<string, unknown>>>;
}

function botocoreOf(service: ServiceName): Botocore {
  const folder = FOLDERS[service] ?? service;
  const [newest] = globSync(`.venv/lib/python3*/site-packages/botocore/data/${folder}/*/service-2.json.gz`)
    .sort()
    .reverse();
  if (newest === undefined)
    throw new Error(
      `botocore has no model of ${service}, or is not there: run make test first, which installs it`,
    );
  return JSON.parse(gunzipSync(readFileSync(newest)).toString()) as Botocore;
}

/** Shapes whose list of values is not held against a request. */
const OPEN = ['InstanceType'];

/** What of a shape speaks of the values that it takes. */
const KEPT = ['type', 'required', 'min', 'max', 'pattern', 'enum'];
const nameIn = (part: unknown): string => (part as { readonly shape: string }).shape;

function shapeOf(found: Record<string, unknown>): Shape {
  const { member, key, value } = found;
  const members = found.members as Readonly<Record<string, unknown>> | undefined;
  return {
    ...Object.fromEntries(KEPT.filter((name) => name in found).map((name) => [name, found[name]])),
    ...(members !== undefined && {
      members: Object.fromEntries(Object.entries(members).map(([name, part]) => [name, nameIn(part)])),
    }),
    ...(member !== undefined && { member: nameIn(member) }),
    ...(value !== undefined && { key: nameIn(key), value: nameIn(value) }),
  } as Shape;
}

function modelOf(service: ServiceName, commands: readonly string[]): Model {
  const { operations, shapes } = botocoreOf(service);
  const inputs: Record<string, string> = {};
  const kept: Record<string, Shape> = {};
  const keep = (name: string): void => {
    if (name in kept) return;
    const shape = shapeOf(shapes[name] ?? {});
    kept[name] = shape;
    for (const part of [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value])
      if (part !== undefined) keep(part);
  };
  // Of these AWS has more from month to month, and a user may name what it never had.
  for (const name of OPEN) if (name in shapes) delete shapes[name]?.enum;
  for (const command of commands) {
    const { input } = operations[command] ?? {};
    if (input === undefined) continue;
    inputs[command] = input.shape;
    keep(input.shape);
  }
  return { inputs, shapes: kept };
}

const account = new AwsAccount({ clock: new FakeClock(), region: 'eu-central-1', times: {} });
const models = Object.fromEntries(
  SERVICES.map((service) => [service, modelOf(service, account.commandsOf(service))]),
);
writeFileSync(MODELS_FILE, `${JSON.stringify(models)}\n`);
