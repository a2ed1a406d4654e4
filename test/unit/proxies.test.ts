import { describe, expect, test } from 'vitest';
import { ProxyError, proxiesTo, readProxies } from '../../src/proxies.ts';

const PROXY = 'http://proxy.example:3128';
const around = (NO_PROXY: string) =>
  readProxies({ HTTPS_PROXY: PROXY, NO_PROXY })?.NO_PROXY.split(',').slice(3);

describe('proxies', () => {
  test('are none where none are set', () => {
    expect(readProxies({})).toBeUndefined();
    expect(readProxies({ HTTPS_PROXY: '', NO_PROXY: 'example.com' })).toBeUndefined();
  });

  test('are read in either case, with or without http://', () => {
    expect(readProxies({ https_proxy: PROXY, HTTP_PROXY: 'proxy:80' })).toMatchObject({
      HTTPS_PROXY: PROXY,
      HTTP_PROXY: 'http://proxy:80',
    });
  });

  test.each(['socks5://proxy:1080', 'http://', 'proxy:name'])(
    'of a kind that is not known are refused: %s',
    (url) => {
      const read = () => readProxies({ HTTPS_PROXY: url });
      expect(read).toThrow(ProxyError);
      expect(read).toThrow(/^HTTPS_PROXY is not the URL of an HTTP proxy: set it to one/);
    },
  );

  test('are refused without their password', () => {
    expect(() => readProxies({ HTTPS_PROXY: 'socks5://u:hunter2@proxy' })).not.toThrow(/hunter2/);
  });

  test('are never for the machine itself', () => {
    expect(readProxies({ HTTPS_PROXY: PROXY })?.NO_PROXY).toBe('localhost,127.0.0.0-127.255.255.255,::1');
  });

  test.each([
    ['10.96.0.0/12', ['10.96.0.0-10.111.255.255']],
    ['10.1.2.3/8', ['10.0.0.0-10.255.255.255']],
    ['10.1.2.3/32', ['10.1.2.3-10.1.2.3']],
    ['0.0.0.0/0', ['0.0.0.0-255.255.255.255']],
    ['10.1.2.3', ['10.1.2.3']],
    ['Example.com', ['example.com', '.example.com']],
    ['.svc, .cluster.local', ['.svc', '.cluster.local']],
    ['example.com:443', ['example.com:443']],
    ['fd00::1', ['fd00::1']],
    ['*', ['*']],
    [' , ,', []],
  ])('go around %s', (given, words) => expect(around(given)).toEqual(words));

  test.each([
    ['https://[fd00:1234::1]:443', 'fd00::/8', true],
    ['https://[fd00:1234:0:0:0:0:0:1]', 'example.com, FD00:1234::/32', true],
    ['https://[fd00:1234::1]', 'fd00:1234::1/128', true],
    ['https://[fd00:1234::1]', 'fd00:1235::/32, 0.0.0.0/0', false],
    ['https://10.96.0.1', '::/0', false],
    ['https://fd00.example', '::/0', false],
  ])('to %s go around a range of IPv6 as %s has it: %s', (url, NO_PROXY, isAround) => {
    const proxies = readProxies({ HTTPS_PROXY: PROXY, NO_PROXY });
    if (!proxies) throw new Error('there are proxies');
    expect(proxiesTo(url, proxies)).toBe(isAround ? undefined : proxies);
  });

  test.each(['fd00::/129', 'fd00::/', '::/x'])('are refused beside what is no range: %s', (range) => {
    expect(() => readProxies({ HTTPS_PROXY: PROXY, NO_PROXY: range })).toThrow(
      `NO_PROXY has the range ${range}: write one of IPv6 as fd00::/8`,
    );
  });
});
