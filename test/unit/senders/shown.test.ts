import { afterEach, describe, expect, test, vi } from 'vitest';
import { sourceOf } from '../../../handlers/sources/index.ts';
import { withSender } from '../../../src/senders/index.ts';
import type { Sender } from '../../../src/senders/sender.ts';
import { SENDERS } from '../../../src/senders/senders.ts';
import { post } from '../handlers/deliveries.ts';
import { deliver, keysOf, NOW } from './delivery.ts';
import { EXAMPLES, type Example } from './examples.ts';
import { LIBRARIES, type Library } from './libraries.ts';

afterEach(() => {
  vi.useRealTimers();
});

const senderOf = (type: string): Sender => SENDERS[type as keyof typeof SENDERS];

describe.each(Object.entries<Library>(LIBRARIES))('%s', (type, { name, verify }) => {
  /** Whether the library takes it: some say so, others throw. */
  const takes = async (body: string, headers: Readonly<Record<string, string>>, secret: string) => {
    try {
      return Boolean(await verify({ body, headers, secret }));
    } catch {
      return false;
    }
  };

  test(`${name} takes what is delivered by the data, and nothing else`, async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const { scheme } = senderOf(type);
    const keys = keysOf(scheme);
    const delivery = deliver(senderOf(type), keys);
    const headers = Object.fromEntries(
      [...delivery.headers].map(([header, [value = '']]) => [header, value]),
    );
    const body = delivery.body.toString();
    expect(await takes(body, headers, keys.secret)).toBe(true);
    expect(await takes(body.replace('Grüße', 'Gruß'), headers, keys.secret)).toBe(false);
  });
});

describe.each(Object.entries<Example>(EXAMPLES))(
  '%s',
  (type, { from, secret, headers, body, at, publicUrl, other = `${body} ` }) => {
    test(`the example of ${from} is taken, and no other body with it`, () => {
      const settings = withSender({ type, toleranceSeconds: 300, publicUrl });
      const trust = { settings, secrets: [secret], now: at === undefined ? NOW : new Date(at) };
      const verdict = (sent: string) => sourceOf(settings).verify(post(headers, sent), trust);
      expect(verdict(body)).toBe('authentic');
      expect(verdict(other)).toBe('signature-mismatch');
    });
  },
);

test('what a sender says of how it is shown is what is shown here', () => {
  const shown = (type: keyof typeof SENDERS): Sender['shown'] => {
    const [library, example] = [LIBRARIES[type], EXAMPLES[type]];
    if (library !== undefined) return { by: 'library', of: library.name };
    return example === undefined ? { by: 'documentation' } : { by: 'example', of: example.from };
  };
  for (const type of Object.keys(SENDERS) as (keyof typeof SENDERS)[]) {
    expect({ type, shown: senderOf(type).shown }).toEqual({ type, shown: shown(type) });
  }
});
