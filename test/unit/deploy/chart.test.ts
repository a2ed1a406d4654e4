import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const chart = 'deploy/helm/nami-operator';
const read = (path: string) => readFileSync(path, 'utf8');
const deployment = read(`${chart}/templates/deployment.yaml`);
const values = parse(read(`${chart}/values.yaml`));

test('the chart sets every setting of the operator, and no other', () => {
  const settings = [...read('src/config.ts').matchAll(/^ {2}((?:NAMI|AWS)_\w+): /gm)].map(([, name]) => name);
  const set = [...deployment.matchAll(/- name: (\w+_\w+)/g)].map(([, name]) => name);
  expect(settings.length).toBeGreaterThan(15);
  expect(set.sort()).toEqual(settings.sort());
});

test('its defaults are the operator’s own', async () => {
  const { readConfig } = await import('../../../src/config.ts');
  const config = readConfig({ AWS_REGION: 'eu-central-1' });
  const { endpointUrlTemplate: _, ...operator } = values.operator;
  expect(config).toMatchObject(operator);
  expect(config.iamPath).toBe(values.aws.iamPath);
  expect(config.permissionsBoundaryArn).toBe(values.aws.permissionsBoundary);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

test('its schema knows every value', () => {
  const check = (value: unknown, schema: Schema | undefined, path: string): void => {
    if (schema?.properties === undefined || typeof value !== 'object' || value === null) {
      expect(schema, path).toBeDefined();
      return;
    }
    for (const [name, inner] of Object.entries(value))
      check(inner, schema.properties[name], `${path}.${name}`);
  };
  check(values, JSON.parse(read(`${chart}/values.schema.json`)), 'values');
});

test('chart, application and package have one version', () => {
  const { version, appVersion } = parse(read(`${chart}/Chart.yaml`));
  expect([version, appVersion]).toEqual(Array(2).fill(JSON.parse(read('package.json')).version));
});
