import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig, SETTINGS, type Setting } from '../../../src/config.ts';

const chart = 'deploy/helm/nami-operator';
const read = (path: string) => readFileSync(path, 'utf8');
const deployment = read(`${chart}/templates/deployment.yaml`);
const values = parse(read(`${chart}/values.yaml`));

const settings: readonly Setting[] = Object.values(SETTINGS).flatMap((each): Setting[] =>
  'variable' in each ? [each] : Object.values(each),
);

/** What the template calls a part of the values. */
const sections: Readonly<Record<string, string>> = Object.fromEntries(
  [...deployment.matchAll(/\{\{- \$(\w+) := \(?(?:\.Values|\$(\w+))\.(\w+) /g)].map(
    ([, name, within, key]) => [name, within ? `${within}.${key}` : key],
  ),
);

/** The operator's variables in the template, each with the value of the chart that it is set to. */
const set = [
  ...deployment.matchAll(/- name: (\w+)\n +value: \{\{ .*?\$(\w+)(\.\w+)[^\n]*? \| quote \}\}\n/g),
].map(([, variable, section = '', value]) => `${variable}: ${sections[section]}${value}`);

test('the chart sets every setting of the operator by the value that bears its name, and no other', () => {
  expect(set.length).toBeGreaterThan(15);
  expect(set.length).toBe(deployment.match(/- name: [A-Z]/g)?.length);
  expect(set.sort()).toEqual(settings.map(({ variable, chartValue }) => `${variable}: ${chartValue}`).sort());
});

test.each(settings)('$chartValue is a value of the chart', ({ chartValue }) => {
  expect(values).toHaveProperty(chartValue);
});

test('its defaults are the operator’s own', () => {
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
