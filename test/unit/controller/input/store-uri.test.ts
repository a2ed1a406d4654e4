import fc from 'fast-check';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { storeUriProblems } from '../../../../src/controller/input/store-uri.ts';

const problemsOf = (uri: string, hasCa = false) => storeUriProblems(uri, hasCa);
/** As the function makes its client of it. */
const makeClient = (uri: string) =>
  new MongoClient(uri, {
    appName: 'nami',
    maxPoolSize: 10,
    serverSelectionTimeoutMS: 3000,
    socketTimeoutMS: 12_000,
  });

/** As consoles and operators show them, with a password put in. */
const USABLE = [
  'mongodb+srv://app:hunter2@cluster0.ab1cd.mongodb.net/?retryWrites=true&w=majority&appName=Cluster0',
  'mongodb://app:hunter2@docdb.cluster-c1.eu-central-1.docdb.amazonaws.com:27017/?tls=true&replicaSet=rs0&readPreference=secondaryPreferred&retryWrites=false',
  'mongodb://acct:aHVudGVyMg==@acct.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb&retrywrites=false&maxIdleTimeMS=120000&appName=@acct@',
  'mongodb://app:hunter2@a.example:27017,b.example:27017,c.example/admin?replicaSet=rs0&ssl=true',
  'mongodb://app:p%40ss%2Fw%3Ard@[fd00::1]:27017/webhooks?authSource=admin&authMechanism=SCRAM-SHA-256',
  'mongodb://10.0.0.1',
  'mongodb://h?w=1&journal=false',
  'mongodb://h/?w=0&compressors=zlib&tlsAllowInvalidCertificates=true&tls=true',
  'mongodb+srv://app:hunter2@h.example.net/?srvMaxHosts=2&readPreference=nearest&readPreferenceTags=dc:a&readPreferenceTags=dc:b&maxStalenessSeconds=120',
  'mongodb://h/?directConnection=true',
];

test.each(USABLE)('%s is usable, for the driver too', (uri) => {
  expect(problemsOf(uri)).toEqual([]);
  expect(() => makeClient(uri)).not.toThrow();
});

const HOST = 'mongodb://app:hunter2@h.example:27017/';

describe('told before any delivery is accepted is', () => {
  test.each<[string, string, RegExp]>([
    ['another database', 'postgres://app:hunter2@h', /must start with mongodb:\/\/ or mongodb\+srv:\/\//],
    [
      'a file of authorities',
      `${HOST}?tls=true&tlsCAFile=global-bundle.pem`,
      /the option tlscafile: the function has no such file.*caConfigMapRef/,
    ],
    [
      'the same in Python’s words',
      `${HOST}?ssl=true&ssl_ca_certs=rds-combined-ca-bundle.pem`,
      /the option ssl_ca_certs: .*caConfigMapRef/,
    ],
    ['the same in older words', `${HOST}?ssl=true&sslCA=ca.pem`, /the option sslca: .*caConfigMapRef/],
    [
      'a certificate of the client',
      `${HOST}?tlsCertificateKeyFile=/me.pem`,
      /the option tlscertificatekeyfile: .*a user with a password/,
    ],
    ['Python’s checks', `${HOST}?ssl_cert_reqs=CERT_NONE`, /the option ssl_cert_reqs/],
    [
      'a placeholder of Atlas',
      'mongodb+srv://app:<db_password>@c.mongodb.net/',
      /a placeholder in angle brackets as its password/,
    ],
    [
      'a placeholder of a user',
      'mongodb+srv://<username>:hunter2@c.mongodb.net/',
      /a placeholder in angle brackets as its user/,
    ],
    [
      'a placeholder that was encoded',
      'mongodb+srv://app:%3Cpassword%3E@c.mongodb.net/',
      /placeholder .* as its password/,
    ],
    [
      'a placeholder of a host',
      'mongodb://app:hunter2@<cluster-endpoint>:27017/',
      /placeholder .* as its host/,
    ],
    [
      'roles of AWS',
      'mongodb+srv://c.mongodb.net/?authSource=%24external&authMechanism=MONGODB-AWS',
      /authMechanism, which must be SCRAM-SHA-256/,
    ],
    ['Kerberos', `${HOST}?authMechanism=GSSAPI`, /authMechanism, which must be/],
    [
      'workload identity',
      `mongodb://h/?authMechanism=MONGODB-OIDC&authMechanismProperties=ENVIRONMENT:k8s`,
      /authMechanism, which.*|authmechanismproperties: .*take it out/,
    ],
    ['X.509', `mongodb://h/?authMechanism=MONGODB-X509`, /authMechanism, which must be/],
    ['a proxy', `${HOST}?proxyHost=p.example`, /the option proxyhost: the function goes by no proxy/],
    ['a compressor that is not there', `${HOST}?compressors=snappy,zlib`, /compressors, which must be zlib/],
    ['encryption of fields', `${HOST}?autoEncryption=true`, /does not encrypt fields/],
    ['time-outs of its own', `${HOST}?timeoutMS=100`, /time-outs of its own/],
    [
      'an option that nobody knows',
      `${HOST}?retryWritez=true`,
      /the option retrywritez that the driver in the function does not know/,
    ],
    ['an option without value', `${HOST}?replicaSet=`, /replicaSet without a value/],
    ['an option twice', `${HOST}?replicaSet=a&replicaSet=b`, /replicaSet twice/],
    ['a flag that is none', `${HOST}?retryWrites=yes`, /retryWrites, which must be true or false/],
    [
      'one host of a set',
      `${HOST}?directConnection=true&replicaSet=rs0`,
      /directConnection=true, which speaks to one host/,
    ],
    [
      'one host of several',
      'mongodb://a,b/?directConnection=true',
      /directConnection=true, which speaks to one host/,
    ],
    ['tls and not tls', `${HOST}?tls=true&ssl=false`, /tls and ssl with different values/],
    ['srv options without srv', `${HOST}?srvMaxHosts=1`, /srvMaxHosts, which belongs to mongodb\+srv/],
    [
      'a port with srv',
      'mongodb+srv://app:hunter2@c.mongodb.net:27017/',
      /with mongodb\+srv:\/\/ it is one name without a port/,
    ],
    ['a port that is none', 'mongodb://app:hunter2@h:99999/', /a host that is none/],
    ['a socket', 'mongodb://app:hunter2@%2Ftmp%2Fmongodb.sock', /a host that is none/],
    ['no host', 'mongodb:///db', /has no host/],
    ['a user without password', 'mongodb://app@h/', /a user without a password/],
    ['nobody', 'mongodb://@h/', /nothing before the @/],
    ['a slash in the password', 'mongodb://app:hun/ter2@h/', /percent-encode/],
    ['an @ in the password', 'mongodb://app:hun@ter2@h/', /percent-encode/],
    ['a ? in the password', 'mongodb://app:hun?ter2@h/', /percent-encode/],
    ['a # in the password', 'mongodb://app:hun#ter2@h/', /percent-encode/],
    ['a : in the password', 'mongodb://app:hun:ter2@h/', /percent-encode/],
    ['a % in the password', 'mongodb://app:hun%ter2@h/', /% in its password/],
    ['@ and ? in the password', 'mongodb://app:x@hun?ter2@h/', /options in another form/],
    [
      '@, ? and = in the password',
      'mongodb://app:x@hun?ter2=a@h/',
      /an option that the driver in the function does not know/,
    ],
  ])('%s, without the password', (_, uri, words) => {
    const problems = problemsOf(uri);
    expect(problems.join('; ')).toMatch(words);
    expect(problems.join('; ')).not.toMatch(/hunter2|ter2/);
  });

  test('all that is wrong at once, as with what DocumentDB’s console shows', () => {
    const uri =
      'mongodb://admin:<insertYourPassword>@d.docdb.amazonaws.com:27017/?tls=true&tlsCAFile=global-bundle.pem&retryWrites=false';
    expect(problemsOf(uri)).toHaveLength(2);
  });

  test('certificates for a connection without TLS', () => {
    expect(problemsOf(`${HOST}?tls=false`, true)).toEqual([expect.stringContaining('turns TLS off')]);
    expect(problemsOf(`${HOST}?tls=true`, true)).toEqual([]);
    expect(problemsOf(HOST, true)).toEqual([]);
  });
});

test('whatever is found to be usable the driver takes', () => {
  const value = fc.constantFrom(
    '120',
    'true',
    'false',
    '0',
    '1',
    '7',
    'majority',
    'primary',
    'nearest',
    'none',
    'zlib',
    'x',
    '',
    'a%20b',
    '-1',
    'dc:a',
  );
  const name = fc.constantFrom(
    ...'appName authSource replicaSet readConcernLevel readPreferenceTags directConnection journal loadBalanced retryReads tls ssl tlsInsecure tlsAllowInvalidHostnames'.split(
      ' ',
    ),
    ...'maxStalenessSeconds maxConnecting minPoolSize w wtimeoutMS readPreference serverMonitoringMode authMechanism compressors zlibCompressionLevel srvMaxHosts srvServiceName other'.split(
      ' ',
    ),
  );
  const uri = fc
    .tuple(
      fc.constantFrom('mongodb://', 'mongodb+srv://'),
      fc.constantFrom('', 'u:p@', 'u@', ':p@', 'u:%70@', 'u:%@'),
      fc.constantFrom('h', 'a.b.c', 'h:1', 'h,i:2', '[::1]:3', '', 'h:0', 'h i'),
      fc.constantFrom('', '/', '/db', '/d.b', '/%'),
      fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([each]) => each }),
    )
    .map(([scheme, user, hosts, path, options]) => {
      const query = options.map((each) => each.join('=')).join('&');
      return `${scheme}${user}${hosts}${path}${query && `?${query}`}`;
    });
  fc.assert(
    fc.property(uri, (text) => {
      if (problemsOf(text).length === 0) expect(() => makeClient(text), text).not.toThrow();
    }),
    { numRuns: 20_000 },
  );
});
