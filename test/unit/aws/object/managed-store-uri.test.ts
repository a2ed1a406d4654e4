import { expect, test } from 'vitest';
import { readUri, uriParts } from '../../../../src/aws/object/managed-store-uri.ts';

const store = { user: 'nami', password: 'secret_-9', host: '10.77.0.12', port: 27_017 };

test.each(['true', 'false'])(
  'a connection string that was put together is read as it was meant, with tls=%s',
  (tls) => {
    const uri = uriParts({ ...store, tls }).join('');

    expect(uri).toBe(
      `mongodb://nami:secret_-9@10.77.0.12:27017/?authSource=admin&directConnection=true&tls=${tls}`,
    );
    expect(readUri(uri)).toEqual({
      user: 'nami',
      password: 'secret_-9',
      address: '10.77.0.12',
      tls: tls === 'true',
    });
  },
);

test('one that names a database names it before the options', () => {
  const uri = uriParts({ ...store, database: 'events', tls: 'true' }).join('');

  expect(uri).toContain('@10.77.0.12:27017/events?authSource=admin&');
  expect(readUri(uri)?.address).toBe('10.77.0.12');
});

test.each(['', 'mongodb+srv://user:password@cluster.example/', 'mongodb://host.example:27017/'])(
  'a string that is none of ours, such as "%s", tells nothing',
  (uri) => {
    expect(readUri(uri)).toBeUndefined();
  },
);
