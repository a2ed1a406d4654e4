import { MongoNetworkTimeoutError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { inTime } from '../../../../handlers/deadline.ts';
import { storeFaultOf } from '../../../../handlers/post-queue/store-fault.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const late = await inTime(0, () => new Promise(() => {})).catch((error: unknown) => error);

test.each([
  ['a refused login', new MongoServerError({ code: 18 }), 'login'],
  ['a login that Atlas refuses', new MongoServerError({ code: 8000 }), 'login'],
  ['a missing role', new MongoServerError({ code: 13 }), 'rights'],
  ['another error of the server', new MongoServerError({ code: 11_000 }), undefined],
  ['a name that DNS does not know', coded('ENOTFOUND'), 'name'],
  ['a server that does not listen', coded('ECONNREFUSED'), 'refused'],
  ['a network without a way', coded('EHOSTUNREACH'), 'no-way'],
  ['a connection that times out', new MongoNetworkTimeoutError('late'), 'silent'],
  ['no answer in time', late, 'silent'],
  ['a certificate that has ended', coded('CERT_HAS_EXPIRED'), 'ended'],
  ['what is no error', 'no', undefined],
])('tells %s, also where it is the cause of another error', (_, error, fault) => {
  expect(storeFaultOf(error)).toBe(fault);
  expect(storeFaultOf(new Error('no server', { cause: error }))).toBe(fault);
});
