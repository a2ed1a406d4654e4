/**
 * What keeps a MongoDB connection string from working in the function after the queue, told before a delivery is
 * accepted. The functions' driver would tell it late, and of what it can't reach only that.
 */

/** Each in words for the user, which follow on where the string stands; none quotes anything but an option's name. */
export function storeUriProblems(uri: string, hasCa: boolean): string[] {
  const parts = split(uri);
  if (typeof parts === 'string') return [parts];
  const { options, problems } = readOptions(parts.query);
  return [
    ...userProblems(parts),
    ...hostProblems(parts),
    ...problems,
    ...[...options].flatMap(([name, value]) => optionProblem(name, value, parts) ?? []),
    ...togetherProblems(parts, options, hasCa),
  ];
}

interface Parts {
  readonly isSrv: boolean;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly hosts: readonly string[];
  readonly database: string;
  readonly query: string;
}

const FORM =
  /^mongodb(?<srv>\+srv)?:\/\/(?:(?<user>[^:/?#@[\]]*)(?::(?<password>[^:/?#@[\]]*))?@)?(?<hosts>[^/?#@]+)(?:\/(?<database>[^?#/@]*))?(?:\?(?<query>[^#]*))?$/;

/** The parts as they stand, or why they can't be told apart. (MongoDB: Connection Strings.) */
function split(uri: string): Parts | string {
  if (!/^mongodb(\+srv)?:\/\//.test(uri)) {
    return 'is no MongoDB connection string: it must start with mongodb:// or mongodb+srv://';
  }
  const groups = FORM.exec(uri)?.groups;
  const looksLeftOver = groups && groups.user === undefined && groups.query?.includes('@');
  if (!groups || looksLeftOver) {
    return uri.includes('@')
      ? 'has a character in its user or password that means something else in a connection string: percent-encode : / ? # [ ] @ and % there, as %40 for @'
      : 'has no host where one is expected: it must be like mongodb://user:password@host/?options';
  }
  const { srv, user, password, hosts = '', database = '', query = '' } = groups;
  return { isSrv: srv !== undefined, user, password, hosts: hosts.split(','), database, query };
}

/** What consoles put where the user has to put something in, such as `<db_password>`. */
const PLACEHOLDER = /<.*>|%3C.*%3E/i;

function userProblems({ user, password }: Parts): string[] {
  if (user === undefined) return [];
  const problems = Object.entries({ user, password }).flatMap(([part, text = '']) => {
    if (PLACEHOLDER.test(text)) {
      return `still has a placeholder in angle brackets as its ${part}: put the ${part} in its place`;
    }
    return decoded(text) === undefined
      ? `has a % in its ${part} that begins no percent-encoded character: write %25`
      : [];
  });
  if (user === '') return ['has nothing before the @: put user and password there, or take the @ out'];
  return password ? problems : [...problems, 'names a user without a password: write user:password@'];
}

function hostProblems({ hosts, database, isSrv }: Parts): string[] {
  const problems: string[] = [];
  if (hosts.some((host) => PLACEHOLDER.test(host))) {
    problems.push('still has a placeholder in angle brackets as its host: put the host in its place');
  } else if (isSrv && hosts.length > 1) {
    problems.push('starts with mongodb+srv:// and so takes one host, without a port');
  } else if (!hosts.every((host) => (isSrv ? /^[\w.-]+$/ : HOST).test(host) && portOf(host) <= 65_535)) {
    problems.push(
      `has a host that is none: ${isSrv ? 'with mongodb+srv:// it is one name without a port' : 'each is a name or address, and may have a port, as db.example:27017'}`,
    );
  }
  const name = decoded(database);
  if (name === undefined || /[\s"$./\\]/.test(name))
    problems.push('has a database after the host that is none');
  return problems;
}

const HOST = /^([\w.-]+|\[[0-9a-f:.]+\])(:[1-9]\d{0,4})?$/i;
const portOf = (host: string) => Number(/:(\d+)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? 1);

type Options = ReadonlyMap<string, string>;

/** The options by name in lower case. */
function readOptions(query: string): { readonly options: Options; readonly problems: readonly string[] } {
  const options = new Map<string, string>();
  const problems = new Set<string>();
  for (const item of query.split('&').filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(item) ?? [];
    const text = decoded(value.replaceAll('+', ' '));
    const key = name.toLowerCase();
    // What is no word may be the rest of a password with a ? in it.
    if (!/^\w+$/.test(name)) problems.add('has options in another form than ?name=value&name=value');
    else if (text === undefined) problems.add(`has ${shown(key)} with a % in it: write %25`);
    else if (text === '') problems.add(`has ${shown(key)} without a value: take it out`);
    else if (options.has(key) && key !== 'readpreferencetags') problems.add(`has ${shown(key)} twice`);
    if (/^\w+$/.test(name) && text) options.set(key, text);
  }
  return { options, problems: [...problems] };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const oneOf = (...values: string[]) => ({
  form: new RegExp(`^(${values.join('|')})$`),
  words: values.join(' or '),
});
const FLAG = oneOf('true', 'false');
const WHOLE = { form: /^\d{1,9}$/, words: 'a whole number' };
const TEXT = { form: /./s, words: 'a text' };

interface Option {
  readonly name: string;
  readonly form: RegExp;
  readonly words: string;
  /** Of mongodb+srv:// alone. */
  readonly srv?: true;
}

const optionsOf = (names: string, form: Omit<Option, 'name'>): Option[] =>
  names.split(' ').map((name) => ({ name, ...form }));

/** What the driver takes in a connection string and the function has a use for. (MongoDB Node.js driver: Connection Options.) */
const TAKEN = new Map(
  [
    ...optionsOf('appName authSource replicaSet readConcernLevel', TEXT),
    ...optionsOf(
      'directConnection journal loadBalanced retryReads retryWrites ssl tls tlsAllowInvalidCertificates tlsAllowInvalidHostnames tlsInsecure',
      FLAG,
    ),
    ...optionsOf(
      'connectTimeoutMS heartbeatFrequencyMS localThresholdMS maxIdleTimeMS maxPoolSize serverSelectionTimeoutMS socketTimeoutMS waitQueueTimeoutMS wtimeoutMS wtimeout',
      WHOLE,
    ),
    ...optionsOf('maxConnecting', { form: /^[1-9]\d{0,8}$/, words: 'a whole number above 0' }),
    ...optionsOf('maxStalenessSeconds', { form: /^(9\d|[1-9]\d{2,8})$/, words: '90 or more' }),
    ...optionsOf('minPoolSize', {
      form: /^(\d|10)$/,
      words: '10 at most: the function has no more connections',
    }),
    ...optionsOf('w', { form: /^[\w-]+$/, words: 'majority or a number' }),
    ...optionsOf(
      'readPreference',
      oneOf('primary', 'primaryPreferred', 'secondary', 'secondaryPreferred', 'nearest'),
    ),
    ...optionsOf('readPreferenceTags', {
      form: /^[^:,]+:[^:,]*(,[^:,]+:[^:,]*)*$/,
      words: 'like name:value',
    }),
    ...optionsOf('serverMonitoringMode', oneOf('auto', 'poll', 'stream')),
    ...optionsOf('authMechanism', {
      ...oneOf('DEFAULT', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'PLAIN'),
      words:
        'SCRAM-SHA-256, SCRAM-SHA-1 or PLAIN, with user and password: the function has nothing else to prove itself with',
    }),
    ...optionsOf('compressors', {
      ...oneOf('none', 'zlib'),
      words: 'zlib: the function has no other compressor; take it out, or the others',
    }),
    ...optionsOf('zlibCompressionLevel', { form: /^(-1|\d)$/, words: 'from -1 to 9' }),
    ...optionsOf('srvMaxHosts', { ...WHOLE, srv: true }),
    ...optionsOf('srvServiceName', { ...TEXT, srv: true }),
  ].map((option) => [option.name.toLowerCase(), option]),
);

const CA =
  'the function has no such file: take it out, and name a ConfigMap with the certificates in spec.store.external.caConfigMapRef';

/** What drivers and consoles know and the function can't do, with what to do instead; names in lower case. */
const NOT_TAKEN: readonly (readonly [RegExp, string])[] = [
  [/^(tlscafile|ssl_?ca.*|tlsca.*)$/, CA],
  [
    /^(tls(certificate|crl).*|ssl_?(cert|key|pass|crl|pem).*)$/,
    'the function has no such file, and no certificate of its own: take it out, and use a user with a password',
  ],
  [/^(ssl_?(valid|match).*|tlsdisable.*)$/, 'the driver in the function does not know it: take it out'],
  [/^authmechanismproperties$/, 'no way to log in that the function has takes any: take it out'],
  [
    /^proxy.*$/,
    'the function goes by no proxy: take it out, and give the pipeline a spec.network with a way to the store',
  ],
  [/^(autoencryption|keyvault.*|kms.*)$/, 'the function does not encrypt fields by itself: take it out'],
  [/^timeoutms$/, 'the function has time-outs of its own, which fit into its time: take it out'],
];

/** An option that is known, by its name: what isn't known may be a piece of a password. */
function shown(key: string): string {
  const isKnown = NOT_TAKEN.some(([form]) => form.test(key));
  return `the option ${TAKEN.get(key)?.name ?? (isKnown ? key : 'with an unknown name')}`;
}

function optionProblem(key: string, value: string, { isSrv, query }: Parts): string | undefined {
  const option = TAKEN.get(key);
  if (option?.srv && !isSrv) return `has ${shown(key)}, which belongs to mongodb+srv://: take it out`;
  if (option) return option.form.test(value) ? undefined : `has ${shown(key)}, which must be ${option.words}`;
  const why = NOT_TAKEN.find(([form]) => form.test(key))?.[1];
  if (why !== undefined) return `has ${shown(key)}: ${why}`;
  const name = query.includes('@') ? 'an option' : `the option ${key.slice(0, 40)}`;
  return `has ${name} that the driver in the function does not know: take it out, or see to its spelling`;
}

/** What excludes one another. */
function togetherProblems({ isSrv, hosts }: Parts, options: Options, hasCa: boolean): string[] {
  const isOn = (name: string) => options.get(name) === 'true';
  const tls = [options.get('tls'), options.get('ssl')].filter((value) => value !== undefined);
  const rules: readonly (readonly [boolean, string])[] = [
    [new Set(tls).size > 1, 'has tls and ssl with different values: keep tls'],
    [
      hasCa && tls.includes('false'),
      'turns TLS off, but spec.store.external names certificates for it: take out one of them',
    ],
    [
      options.has('tlsinsecure') &&
        (options.has('tlsallowinvalidcertificates') || options.has('tlsallowinvalidhostnames')),
      'has tlsInsecure beside tlsAllowInvalid…: keep one',
    ],
    [
      isOn('directconnection') && (isSrv || hosts.length > 1 || options.has('replicaset')),
      'has directConnection=true, which speaks to one host whether that takes writes or not, although it names a replica set or several hosts: take directConnection out',
    ],
    [
      isOn('loadbalanced') && (hosts.length > 1 || options.has('replicaset') || isOn('directconnection')),
      'has loadBalanced=true, which takes one host and neither replicaSet nor directConnection',
    ],
    [
      (options.get('srvmaxhosts') ?? '0') !== '0' && (options.has('replicaset') || isOn('loadbalanced')),
      'has srvMaxHosts, which goes with neither replicaSet nor loadBalanced: take it out',
    ],
    [
      (options.get('readpreference') ?? 'primary') === 'primary' &&
        (options.has('maxstalenessseconds') || options.has('readpreferencetags')),
      'reads from the primary and has maxStalenessSeconds or readPreferenceTags, which are for other hosts: take them out',
    ],
  ];
  return rules.flatMap(([holds, words]) => (holds ? words : []));
}
