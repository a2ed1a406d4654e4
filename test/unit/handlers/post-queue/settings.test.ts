import { expect, test } from 'vitest';
import { connect } from '../../../../handlers/post-queue/connection.ts';
import { readSettings } from '../../../../handlers/post-queue/settings.ts';

const environment = {
  NAMI_STORE_URI: 'mongodb://user:password@10.0.0.1/?authSource=admin',
  NAMI_STORE_DATABASE: 'webhooks',
  NAMI_STORE_COLLECTION: 'events',
};

test('a whole environment is read', () => {
  const settings = {
    storeUri: environment.NAMI_STORE_URI,
    database: 'webhooks',
    collection: 'events',
    ttlDays: undefined,
    managed: false,
  };
  expect(readSettings(environment)).toEqual({ kind: 'ready', settings });
  expect(readSettings({ ...environment, NAMI_STORE_TTL_DAYS: '30', NAMI_STORE_MANAGED: 'true' })).toEqual({
    kind: 'ready',
    settings: { ...settings, ttlDays: 30, managed: true },
  });
});

test('all that is missing is named', () => {
  expect(readSettings({ NAMI_STORE_DATABASE: '' })).toEqual({
    kind: 'broken',
    problems: Object.keys(environment).map((name) => ({ message: `${name} is missing` })),
  });
});

test.each(['', '0', '-1', 'thirty', 'Infinity'])('%j days are a problem', (ttlDays) => {
  const problems = [{ message: 'NAMI_STORE_TTL_DAYS is not a number of days above 0' }];
  expect(readSettings({ ...environment, NAMI_STORE_TTL_DAYS: ttlDays })).toEqual({
    kind: 'broken',
    problems,
  });
});

test.each(['http://scott:tiger@host', 'mongodb://scott:ti/ger@host', 'tiger'])(
  'a URI that is none is a problem, which doesn’t repeat it: %s',
  (uri) => {
    const connection = connect(readSettings({ ...environment, NAMI_STORE_URI: uri }), () => {});
    expect(connection.kind).toBe('broken');
    expect(JSON.stringify(connection)).not.toMatch(/scott|ger@|tiger/);
  },
);
