import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STORE_SERVER_NAME } from '../../../handlers/contract.ts';
import { lastStep } from '../../../src/plan/user-data.ts';
import { makeAuthority } from '../../../src/store-authority.ts';

/** What every image has; what else there is, a test says. */
const TOOLS =
  'awk bash cat chmod cut dirname flock grep head install ls mkdir mv openssl printf sed rm sort sync tail touch tr uname wc'.split(
    ' ',
  );
const SCRIPTS = join(import.meta.dirname, '../../../deploy/host-image');
const VOLUME = 'vol-0123456789abcdef0';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nami-host-'));
  for (const name of ['bin', 'tools', 'mount', 'run', 'proc', 'tls']) mkdirSync(join(folder, name));
  const folders = (process.env.PATH ?? '').split(':');
  for (const tool of TOOLS) {
    const found = folders.map((each) => join(each, tool)).find((path) => existsSync(path));
    if (found) symlinkSync(found, join(folder, 'tools', tool));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...path: string[]) => join(folder, ...path);
const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);

/** Runs a step with stand-ins for the commands that it calls, each a piece of shell. */
function run(step: string, standIns: Readonly<Record<string, string>>, ...args: string[]) {
  return runWith({}, step, standIns, ...args);
}

/** Likewise, with more settings. */
function runWith(
  settings: Readonly<Record<string, string>>,
  step: string,
  standIns: Readonly<Record<string, string>>,
  ...args: string[]
) {
  for (const [name, body] of Object.entries({ sleep: '', ...standIns })) {
    writeFileSync(at('bin', name), `#!/bin/bash\necho "${name} $*" >> '${at('calls')}'\n${body}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  const { status, stderr } = spawnSync('/bin/bash', [join(SCRIPTS, `${step}.sh`), ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      PATH: `${at('bin')}:${at('tools')}`,
      NAMI_RUN: at('run'),
      NAMI_MOUNT: at('mount'),
      NAMI_CONSOLE: at('console'),
      NAMI_PROC: at('proc'),
      NAMI_SYS: at('sys'),
      NAMI_TLS: at('tls'),
      NAMI_VOLUME_ID: VOLUME,
      NAMI_CREDENTIALS_PARAMETER: '/nami/p/store-password',
      NAMI_AUTHORITY_PARAMETER: '/nami/p/store-authority',
      NAMI_SERVER_NAME: STORE_SERVER_NAME,
      NAMI_REGION: 'eu-central-1',
      NAMI_MONGO_IMAGE: 'registry.example/mongo:8',
      NAMI_MONGO_PORT: '27017',
      NAMI_STORE_USER: 'nami',
      ...settings,
    },
  });
  const calls = lines(at('calls'));
  const said = lines(at('console'));
  return {
    status,
    stderr,
    calls,
    said,
    called: (name: string) => calls.filter((call) => call.startsWith(`${name} `)),
  };
}

/** Works from its nth call on; before, it says why not. */
const worksAtCall = (nth: number, name: string, refusal: string) =>
  `[ "$(grep -c '^${name} ' '${at('calls')}')" -ge ${nth} ] || { echo '${refusal}' >&2; exit 1; }`;

test('the scripts have no fault that shellcheck knows', ({ skip }) => {
  const { error, stdout } = spawnSync('shellcheck', globSync(`${SCRIPTS}/*.sh`), { encoding: 'utf8' });
  if (error) return skip('shellcheck is not installed');
  expect(stdout).toBe('');
});

test('what the steps say is told on the console in one way', () => {
  const { said } = run('mongo', { mountpoint: 'exit 1' });
  expect(said).toEqual([`nami: the volume ${VOLUME} is not mounted`]);
  expect(lastStep(said.join('\n'))).toBe(`the volume ${VOLUME} is not mounted`);
  run('mongo', {});
  expect(lines(at('console')), 'and not twice in a row').toHaveLength(1);
});

describe('the volume', () => {
  const listed = (...devices: string[]) => devices.map((device) => `echo '${device}'`).join('\n');
  /** What stands for the device. */
  const device = (content = '') => {
    writeFileSync(at('device'), Buffer.concat([Buffer.from(content), Buffer.alloc(4096)]));
    return at('device');
  };
  const standIns = (more: Readonly<Record<string, string>> = {}) => ({
    lsblk: listed('/dev/nvme0n1 vol0aaaaaaaaaaaaaaaa', `${at('device')} vol0123456789abcdef0`),
    findmnt: 'exit 1',
    // Knows no file system until there is one, or says what the test wants.
    blkid: `[ -e '${at('made')}' ] || exit 2; case "$*" in *UUID*) echo 1-2-3 ;; *) echo xfs ;; esac`,
    'mkfs.xfs': `touch '${at('made')}'`,
    mount: '',
    umount: '',
    ...more,
  });
  const isXfs = { blkid: 'case "$*" in *UUID*) echo 1-2-3 ;; *) echo xfs ;; esac' };

  test('that holds nothing gets a file system, is mounted by its UUID, and marked', () => {
    device();
    const { status, called, said } = run('volume', standIns());
    expect(status).toBe(0);
    expect(called('mkfs.xfs')).toEqual([`mkfs.xfs -q ${at('device')}`]);
    expect(called('mount')).toEqual([`mount -t xfs -o noatime UUID=1-2-3 ${at('mount')}`]);
    expect(said).toEqual([`nami: makes a file system on the volume ${VOLUME}`]);
    expect(lines(at('mount', '.nami-volume'))).toEqual([VOLUME]);
  });

  test('of an older host is mounted as it is', () => {
    device();
    mkdirSync(at('mount', 'db'));
    writeFileSync(at('mount', '.nami-volume'), `${VOLUME}\n`);
    const { status, called } = run('volume', standIns(isXfs));
    expect(status).toBe(0);
    expect(called('mkfs.xfs')).toEqual([]);
    expect(called('mount')).toHaveLength(1);
  });

  test('that is mounted stays so', () => {
    device();
    writeFileSync(at('mount', '.nami-volume'), VOLUME);
    const { status, called } = run('volume', standIns({ findmnt: `echo '${at('device')}'` }));
    expect(status).toBe(0);
    expect([...called('mount'), ...called('umount'), ...called('mkfs.xfs')]).toEqual([]);
  });

  test('that came back by another name is mounted anew', () => {
    device();
    writeFileSync(at('mount', '.nami-volume'), VOLUME);
    const { status, called } = run('volume', standIns({ ...isXfs, findmnt: 'echo /dev/nvme7n1' }));
    expect(status).toBe(0);
    expect(called('umount')).toEqual([`umount --lazy ${at('mount')}`]);
    expect(called('mount')).toHaveLength(1);
  });

  test.each([
    ['another file system', 'echo ext4', '', 'holds ext4 that is not the store'],
    ['partitions', 'exit 0', '', 'holds data that is not the store'],
    ['what blkid is not sure about', 'exit 8', '', 'holds data that is not the store'],
    ['bytes that blkid does not know', 'exit 2', 'something', 'holds data that is not the store'],
  ])('that holds %s is left as it is, with words', (_what, blkid, content, words) => {
    device(content);
    const { status, called, said } = run('volume', standIns({ blkid }));
    expect(status).toBe(1);
    expect([...called('mkfs.xfs'), ...called('mount')]).toEqual([]);
    expect(said.at(-1)).toContain(words);
  });

  test('that can not be read gets no file system', () => {
    const { status, called } = run('volume', standIns({ blkid: 'exit 2' }));
    expect(status).not.toBe(0);
    expect(called('mkfs.xfs')).toEqual([]);
  });

  test('with files of somebody else is let go of', () => {
    device();
    writeFileSync(at('mount', 'thesis.tex'), 'x');
    const { status, called, said } = run('volume', standIns(isXfs));
    expect(status).toBe(1);
    expect(called('umount')).toEqual([`umount ${at('mount')}`]);
    expect(said.at(-1)).toContain("files that are not the store's");
    expect(existsSync(at('mount', '.nami-volume'))).toBe(false);
  });

  test('that bears the mark of another is let go of', () => {
    device();
    writeFileSync(at('mount', '.nami-volume'), 'vol-0fedcba9876543210\n');
    const { status, called, said } = run('volume', standIns(isXfs));
    expect(status).toBe(1);
    expect(called('umount')).toHaveLength(1);
    expect(said.at(-1)).toBe(
      `nami: the volume ${VOLUME} bears the mark of vol-0fedcba9876543210: it is left as it is`,
    );
  });

  const SOURCE = 'vol-0fedcba9876543210';
  test.each([
    ['one volume', SOURCE],
    ['a volume that was made from another', `vol-0aaaaaaaaaaaaaaaa,${SOURCE}`],
  ])('from a snapshot of %s that bears the mark of that gets its own', (_, madeFrom) => {
    device();
    mkdirSync(at('mount', 'db'));
    writeFileSync(at('mount', '.nami-volume'), `${SOURCE}\n`);
    const { status, said, called } = runWith({ NAMI_VOLUME_MADE_FROM: madeFrom }, 'volume', standIns(isXfs));
    expect(status).toBe(0);
    expect(said.at(-1)).toBe(`nami: takes the volume ${VOLUME} over, which was made from ${SOURCE}`);
    expect(lines(at('mount', '.nami-volume'))).toEqual([VOLUME]);
    expect(called('umount')).toEqual([]);
  });

  test.each([
    ['the mark of a third', 'vol-0bbbbbbbbbbbbbbbb\n', SOURCE],
    ['the beginning of a mark', `${SOURCE.slice(0, -1)}\n`, SOURCE],
    ['an empty mark', '\n', SOURCE],
    ['an empty mark, of nothing known', '', ''],
  ])('from a snapshot that bears %s is let go of', (_, mark, madeFrom) => {
    device();
    writeFileSync(at('mount', '.nami-volume'), mark);
    const { status, called } = runWith({ NAMI_VOLUME_MADE_FROM: madeFrom }, 'volume', standIns(isXfs));
    expect(status).toBe(1);
    expect(called('umount')).toHaveLength(1);
    expect(readFileSync(at('mount', '.nami-volume'), 'utf8')).toBe(mark);
  });

  test('that comes late is waited for, with waits that grow', () => {
    device();
    const late = `[ "$(grep -c '^lsblk ' '${at('calls')}')" -ge 7 ] || exit 0; ${listed(`${at('device')} vol0123456789abcdef0`)}`;
    const { status, called, said } = run('volume', standIns({ lsblk: late }));
    expect(status).toBe(0);
    expect(called('sleep')).toEqual(['5', '10', '20', '30', '30', '30'].map((wait) => `sleep ${wait}`));
    expect(said[0]).toBe(`nami: waits for the volume ${VOLUME}: tries again in 5 s: it is not attached`);
  });

  test('of another id is not taken; on Xen, where none is told, the name decides', () => {
    const xen = listed('/dev/xvda', '/dev/xvdf', '/dev/nvme1n1 vol0aaaaaaaaaaaaaaaa');
    const { called } = run('volume', standIns({ lsblk: xen, blkid: 'exit 8' }));
    expect(called('blkid').map((call) => call.split(' ').at(-1))).toEqual(['/dev/xvdf']);
  });
});

describe('the image', () => {
  const MACHINE = { uname: 'case $1 in -m) echo "$ARCH" ;; -r) echo "$KERNEL" ;; esac' };
  const standIns = (arch: string, kernel: string, version: string, pull = '') => ({
    uname: MACHINE.uname.replace('$ARCH', arch).replace('$KERNEL', kernel),
    docker: `case "$*" in
      'image inspect --format'*) echo 'PATH=/bin'; echo '${version && `MONGO_VERSION=${version}`}' ;;
      'image inspect'*) [ -e '${at('pulled')}' ] ;;
      pull*) ${pull || `touch '${at('pulled')}'`} ;;
    esac`,
  });
  const cpuinfo = (text: string) => writeFileSync(at('proc', 'cpuinfo'), text);

  test('is pulled once', () => {
    cpuinfo('flags : fpu avx\n');
    expect(run('image', standIns('x86_64', '6.1.0', '8.0.4')).status).toBe(0);
    const { status, called, said } = run('image', standIns('x86_64', '6.1.0', '8.0.4'));
    expect(status).toBe(0);
    expect(called('docker').filter((call) => call.startsWith('docker pull'))).toHaveLength(1);
    expect(said).toEqual(['nami: pulls the image registry.example/mongo:8']);
  });

  test('is asked for again with waits that grow to 5 minutes while the registry refuses', () => {
    cpuinfo('flags : fpu avx\n');
    const pull = `[ "$(grep -c '^docker pull' '${at('calls')}')" -ge 9 ] || { echo 'toomanyrequests: slow down' >&2; exit 1; }`;
    const { status, called, said } = run('image', standIns('x86_64', '6.1.0', '8.0.4', pull));
    expect(status).toBe(0);
    expect(called('sleep').map((call) => Number(call.split(' ')[1]))).toEqual([
      5, 10, 20, 40, 80, 160, 300, 300,
    ]);
    expect(said[1]).toBe(
      'nami: pulls the image registry.example/mongo:8: tries again in 5 s: toomanyrequests: slow down',
    );
  });

  test.each([
    ['x86_64', '6.1.0', '8.0.4', 'flags : fpu sse', 'needs a processor with AVX'],
    ['aarch64', '6.1.0', '7.0.1', 'Features : fp asimd crc32', 'needs a processor with ARMv8.2'],
    ['x86_64', '6.19.0-1.amzn2023.x86_64', '8.2.1', 'flags : avx', 'does not run on Linux 6.19.0-1'],
    ['aarch64', '7.0.3', '8.0.4', 'Features : atomics dcpop', 'does not run on Linux 7.0.3'],
    ['x86_64', '6.1.0', '4.0.28', 'flags : avx', 'does not know TLS as this host asks for it'],
  ])('is refused on %s with Linux %s in version %s and "%s"', (arch, kernel, version, flags, words) => {
    cpuinfo(flags);
    const { status, said } = run('image', standIns(arch, kernel, version));
    expect(status).toBe(1);
    expect(said.at(-1)).toContain(words);
  });

  test.each([
    ['x86_64', '6.18.9', '8.0.4', 'flags : avx avx2'],
    ['x86_64', '6.19.0', '7.0.4', 'flags : avx'],
    ['aarch64', '6.1.0', '8.0.4', 'Features : fp atomics'],
    ['x86_64', '6.19.0', '', 'flags : fpu'],
    ['x86_64', '6.1.0', '4.2.0', 'flags : fpu'],
  ])('runs on %s with Linux %s in version "%s" and "%s"', (arch, kernel, version, flags) => {
    cpuinfo(flags);
    expect(run('image', standIns(arch, kernel, version)).status).toBe(0);
  });
});

/** Docker with a container that runs, listens from its nth look on, and ends with a code and words. */
const docker = ({ run = '', running = 'true', code = 0, logs = '' } = {}) => ({
  docker: `case "$*" in
    run*) ${run} ;;
    inspect*Running*) echo ${running} ;;
    inspect*ExitCode*) echo ${code} ;;
    logs*) echo '${logs}' ;;
  esac`,
});
const listens = (nth = 1) => ({
  timeout: `[ "$(grep -c '^timeout ' '${at('calls')}')" -ge ${nth} ]`,
});
const memory = (kib: number) =>
  writeFileSync(at('proc', 'meminfo'), `MemTotal:       ${kib} kB\nMemFree: 1 kB\n`);
const started = (calls: readonly string[]) => calls.find((call) => call.startsWith('docker run')) ?? '';

const NOW = Date.now();
const authority = () => makeAuthority('Nami store', Buffer.alloc(15, 1), NOW);
const OWN = await authority();

describe("the database's certificate", () => {
  const parts = (own = OWN, address = '10.0.1.5') => ({
    aws: `cat <<'PEM'\n${own}PEM`,
    ip: address && `echo '1.1.1.1 via 10.0.0.1 dev ens5 src ${address} uid 0'`,
    systemctl: '',
  });
  const served = (file = 'server.pem') => readFileSync(at('tls', 'served', file), 'utf8');
  const leaf = () => new X509Certificate(served());
  const daysLeft = () => Math.round((leaf().validToDate.getTime() - NOW) / 86_400_000);
  /** Has the certificate that is served end in so many days. */
  const age = (days: number) => {
    const file = at('tls', 'served', 'server.pem');
    writeFileSync(at('own'), OWN);
    writeFileSync(at('names'), `subjectAltName = DNS:${STORE_SERVER_NAME}, IP:10.0.1.5\n`);
    const openssl = (...args: string[]) => spawnSync('openssl', args, { encoding: 'utf8' }).stdout;
    const [key] = served().split(/(?=-----BEGIN CERTIFICATE)/);
    openssl('req', '-new', '-key', file, '-subj', '/CN=old', '-out', at('request'));
    const by = ['-CA', at('own'), '-CAkey', at('own'), '-set_serial', '7', '-extfile', at('names')];
    const old = openssl('x509', '-req', '-in', at('request'), ...by, '-days', String(days));
    rmSync(file);
    writeFileSync(file, `${key}${old}`);
  };
  const restarts = ({ called }: ReturnType<typeof run>) =>
    called('systemctl').filter((call) => call.includes('restart'));

  test('is signed by its own authority, for its name, its address and forwarded ports', () => {
    const { status, said } = run('certificate', parts());
    expect(status).toBe(0);
    expect(said).toEqual(['nami: makes its certificate']);
    const { issuer, subjectAltName, ca } = leaf();
    expect({ issuer, subjectAltName, ca }).toEqual({
      issuer: 'CN=Nami store',
      subjectAltName: `DNS:${STORE_SERVER_NAME}, DNS:localhost, IP Address:127.0.0.1, IP Address:10.0.1.5`,
      ca: false,
    });
    const own = new X509Certificate(served('authority.pem'));
    expect(leaf().verify(own.publicKey)).toBe(true);
    expect(leaf().checkPrivateKey(createPrivateKey(served()))).toBe(true);
    expect(daysLeft()).toBe(90);
  });

  test('leaves nothing of the key of the authority behind, and what it told', () => {
    const { stderr, calls } = run('certificate', parts());
    const [secret = ''] = OWN.split('\n').slice(1, 2);
    const written = globSync('**', { cwd: folder, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'aws')
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(written.join()).toContain('BEGIN CERTIFICATE');
    expect(`${written}${stderr}${calls}`).not.toContain(secret);
  });

  test('is asked for until SSM gives the key', () => {
    const refusing = `${worksAtCall(3, 'aws', 'AccessDeniedException: no')}\n${parts().aws}`;
    const { status, said, called } = run('certificate', { ...parts(), aws: refusing });
    expect(status).toBe(0);
    expect(called('sleep')).toEqual(['sleep 5', 'sleep 10']);
    expect(said[1]).toBe('nami: makes its certificate: tries again in 5 s: AccessDeniedException: no');
  });

  test('stays at the next start, without SSM and without a network', () => {
    run('certificate', parts());
    const before = served();
    expect(run('certificate', { ...parts(), aws: 'exit 1', ip: 'exit 2' }).status).toBe(0);
    expect(served()).toBe(before);
  });

  test.each<[string, () => void, string]>([
    ['has ended', () => age(-1), '10.0.1.5'],
    ['is for another address', () => {}, '10.0.1.6'],
    ['is half a file', () => writeFileSync(at('tls', 'served', 'server.pem'), 'half'), '10.0.1.5'],
  ])('that %s is made anew at the next start', (_, spoil, address) => {
    run('certificate', parts());
    spoil();
    const before = served();
    expect(run('certificate', parts(OWN, address)).status).toBe(0);
    expect(served()).not.toBe(before);
    expect(daysLeft()).toBe(90);
  });

  test.each([
    [61, 0],
    [59, 1],
    [-1, 1],
  ])('with %i days left is renewed, and the database started anew with it: %i times', (days, times) => {
    run('certificate', parts());
    age(days);
    const renewed = run('certificate', parts(), 'renew');
    expect(renewed.status).toBe(0);
    expect(restarts(renewed)).toEqual(Array(times).fill('systemctl try-restart nami-store'));
    expect(daysLeft()).toBe(times === 1 ? 90 : days);
    expect(restarts(run('certificate', parts(), 'renew')), 'and once').toHaveLength(times);
  });

  test('follows an authority that was lost and made anew', async () => {
    run('certificate', parts());
    const other = await authority();
    expect(restarts(run('certificate', parts(other), 'renew'))).toHaveLength(1);
    expect(other).toContain(served('authority.pem'));
  });

  test.each([
    [45, []],
    [29, [expect.stringMatching(/^nami: can't renew its certificate: .*AccessDenied/)]],
  ])(
    'that can not be renewed with %i days left stays, and that is told when time is short',
    (days, words) => {
      run('certificate', parts());
      age(days);
      const before = served();
      rmSync(at('console'));
      const refused = run(
        'certificate',
        { ...parts(), aws: 'echo AccessDeniedException >&2; exit 1' },
        'renew',
      );
      expect(refused.status).toBe(1);
      expect(refused.said).toEqual(words);
      expect(served()).toBe(before);
      expect(restarts(refused)).toEqual([]);
    },
  );

  test('is not the timer’s while the host makes its first', () => {
    const { status, calls } = run('certificate', parts(), 'renew');
    expect(status).toBe(0);
    expect(calls.filter((call) => /^(aws|systemctl)/.test(call))).toEqual([]);
  });

  test('takes no key that is not the authority’s', async () => {
    const [, certificate = ''] = OWN.split(/(?=-----BEGIN CERTIFICATE)/);
    const [key = ''] = (await authority()).split(/(?=-----BEGIN CERTIFICATE)/);
    run('certificate', parts());
    age(10);
    const before = served();
    expect(run('certificate', parts(key + certificate), 'renew').status).toBe(1);
    expect(served()).toBe(before);
  });
});

describe("the database's user", () => {
  beforeEach(() => memory(950_000));
  const parts = () => ({ aws: 'echo hunter2', ...docker(), ...listens() });

  test('gets the password, which is read until SSM gives it and is neither told nor kept', () => {
    const aws = `${worksAtCall(3, 'aws', 'AccessDeniedException: no')}\necho hunter2`;
    const kept = `cat '${at('run', 'password')}' > '${at('seen')}'`;
    const { status, said, stderr, called, calls } = run('user', {
      aws,
      ...docker({ run: kept }),
      ...listens(),
    });
    expect(status).toBe(0);
    expect(called('aws')).toHaveLength(3);
    expect(said[1]).toMatch(
      /^nami: reads the password from \/nami\/p\/store-password: tries again in 5 s: Acc/,
    );
    expect(started(calls)).toContain('MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password');
    expect(readFileSync(at('seen'), 'utf8')).toBe('hunter2');
    expect(`${said}${stderr}${calls}`).not.toContain('hunter2');
    expect(existsSync(at('run', 'password'))).toBe(false);
  });

  test.each([
    ['nami-01234567-89abcdef89abcdef:hunter2', 'nami-01234567-89abcdef89abcdef', 'hunter2'],
    ['nami-01234567-89abcdef89abcdef:hun:ter2', 'nami-01234567-89abcdef89abcdef', 'hun:ter2'],
    ['hun:ter2', 'nami', 'hun:ter2'],
    ['nami-hunter2', 'nami', 'nami-hunter2'],
  ])('is the one that the secret names, or else the first: %s', (secret, user, password) => {
    const kept = `cat '${at('run', 'password')}' > '${at('seen')}'`;
    const { status, calls } = run('user', {
      aws: `echo '${secret}'`,
      ...docker({ run: kept }),
      ...listens(),
    });
    expect(status).toBe(0);
    expect(started(calls)).toContain(`--env MONGO_INITDB_ROOT_USERNAME=${user} `);
    expect(readFileSync(at('seen'), 'utf8')).toBe(password);
    expect(globSync('*', { cwd: at('run') }).filter((name) => /user|password/.test(name))).toEqual([]);
  });

  test('is made beside its place, unreachable, and takes its place when the database has ended in order', () => {
    const { status, calls } = run('user', { ...parts(), ...listens(3) });
    expect(status).toBe(0);
    expect(started(calls)).toContain(`source=${at('mount', 'db.new')},`);
    expect(started(calls)).not.toContain('--publish');
    expect(started(calls), 'entry points of images differ in what they make of it').not.toContain('--tls');
    expect(
      calls
        .filter((call) => /^(docker run|timeout|docker stop)/.test(call))
        .map((call) => call.split(' ')[1]),
    ).toEqual(['stop', 'run', '5', '5', '5', 'stop']);
    expect(existsSync(at('mount', 'db'))).toBe(true);
    expect(existsSync(at('mount', 'db.new'))).toBe(false);
  });

  test('is made anew where that was interrupted', () => {
    mkdirSync(at('mount', 'db'));
    mkdirSync(at('mount', 'db.new'));
    writeFileSync(at('mount', 'db.new', 'WiredTiger'), 'half');
    expect(run('user', parts()).status).toBe(0);
    expect(globSync('**', { cwd: at('mount', 'db') }).filter((name) => name !== '.')).toEqual([]);
  });

  test('is not made where there is a database', () => {
    mkdirSync(at('mount', 'db'));
    writeFileSync(at('mount', 'db', 'WiredTiger'), '');
    const { status, calls } = run('user', { aws: 'exit 1', docker: 'exit 1' });
    expect(status).toBe(0);
    expect(calls).toEqual([]);
  });

  test('that can not be made leaves no database, and says why', () => {
    const { status, said } = run('user', {
      ...parts(),
      ...docker({ running: 'false', code: 1, logs: 'no space left' }),
      ...listens(99),
    });
    expect(status).toBe(1);
    expect(said.at(-1)).toBe('nami: the database ended with exit code 1: no space left');
    expect(existsSync(at('mount', 'db'))).toBe(false);
  });
});

describe('the database', () => {
  const runs = (memoryKiB: number, mark = VOLUME, standIns: Readonly<Record<string, string>> = {}) => {
    memory(memoryKiB);
    writeFileSync(at('mount', '.nami-volume'), mark);
    const all = run('mongo', { mountpoint: '', ...docker(), ...listens(), ...standIns });
    return { ...all, docker: started(all.calls) };
  };

  test.each([
    [950_000, '0.25'],
    [1_990_000, '0.45'],
    [8_000_000, '3.31'],
  ])('on a host of %i KiB gets a cache of %s GiB', (memoryKiB, cache) => {
    expect(runs(memoryKiB).docker).toContain(` --wiredTigerCacheSizeGB ${cache}`);
  });

  test('lets nobody in without a password, and its log rotates', () => {
    const { docker } = runs(950_000);
    expect(docker).toContain(' --auth ');
    expect(docker).toContain('--log-opt max-size=10m --log-opt max-file=3');
    expect(docker).toContain('--publish 27017:27017');
    expect(docker).toContain(' --tlsMode requireTLS ');
    expect(docker).toContain(`source=${at('tls', 'served')},target=/etc/nami-tls,readonly`);
    expect(docker).not.toContain('MONGO_INITDB');
  });

  test('is not started on a volume with the mark of another', () => {
    const { status, docker } = runs(950_000, 'vol-0fedcba9876543210');
    expect(status).toBe(1);
    expect(docker).toBe('');
  });

  test('is up once it listens; when it has ended, what went wrong with it is told', () => {
    const logs = '{"s":"I","msg":"starts"}\n{"s":"E","msg":"disk"}\n{"s":"I","msg":"Shutting down"}';
    const { status, said, calls } = runs(950_000, VOLUME, {
      ...docker({ code: 100, logs }),
      ...listens(2),
    });
    expect(status).toBe(1);
    expect(said).toEqual([
      'nami: starts the database',
      'nami: the store is up',
      'nami: the database ended with exit code 100: {"s":"E","msg":"disk"}',
    ]);
    expect(calls).toContain('docker wait nami-mongo');
  });

  test('that ended without a word is told by its exit code', () => {
    expect(runs(950_000, VOLUME, docker({ code: 137 })).said.at(-1)).toBe(
      'nami: the database ended with exit code 137',
    );
  });

  test('that Docker does not start says what Docker says', () => {
    const { status, said } = runs(
      950_000,
      VOLUME,
      docker({ run: 'echo "docker: no AppArmor" >&2; exit 127' }),
    );
    expect(status).toBe(1);
    expect(said.at(-1)).toBe("nami: can't start the database: docker: no AppArmor");
  });
});

test('the database comes after all other steps, and none comes after one that failed', () => {
  const steps = ['packages', 'volume', 'image', 'certificate', 'user', 'mongo'];
  const step = (name: string, code: number) => {
    writeFileSync(at('bin', `${name}.sh`), `#!/bin/bash\necho ${name} >> '${at('steps')}'\nexit ${code}\n`);
    chmodSync(at('bin', `${name}.sh`), 0o755);
  };
  for (const name of steps) step(name, 0);
  const standIns = { dirname: `echo '${at('bin')}'` };
  expect(run('store', standIns).status).toBe(0);
  expect(lines(at('steps'))).toEqual(steps);
  rmSync(at('steps'));
  step('image', 3);
  expect(run('store', standIns).status).toBe(3);
  expect(lines(at('steps'))).toEqual(['packages', 'volume', 'image']);
});

describe('the packages', () => {
  /** A package manager whose nth call brings the programs. */
  const brings = (
    nth: number,
    name: string,
    refusal: string,
    programs = ['docker', 'mkfs.xfs', 'aws', 'openssl'],
  ) =>
    `${worksAtCall(nth, name, refusal)}
    for each in ${programs.join(' ')}; do echo '#!/bin/bash' >"${at('bin')}/$each"; chmod 755 "${at('bin')}/$each"; done`;

  test('of Amazon Linux are installed until that works, and Docker is started', () => {
    const { status, calls, said } = run('packages', {
      dnf: brings(3, 'dnf', 'Error: rpm lock'),
      systemctl: `[ $1 = enable ] || exit 3\n${worksAtCall(2, 'systemctl enable', 'Failed')}`,
    });
    expect(status).toBe(0);
    expect(calls.filter((call) => !call.startsWith('sleep'))).toEqual([
      ...Array(3).fill('dnf install -y docker xfsprogs awscli-2 openssl'),
      'systemctl is-active --quiet docker',
      ...Array(2).fill('systemctl enable --now docker'),
    ]);
    expect(said).toEqual([
      'nami: installs packages',
      'nami: installs packages: tries again in 5 s: Error: rpm lock',
      'nami: installs packages: tries again in 10 s: Error: rpm lock',
      'nami: starts Docker',
      'nami: starts Docker: tries again in 5 s: Failed',
    ]);
  });

  test('of Ubuntu are installed, with the aws command as a snap where there is no package', () => {
    const { status, called } = run('packages', {
      dpkg: '',
      'apt-get': `case "$*" in *awscli*) echo 'E: no candidate' >&2; exit 100 ;; esac
        ${brings(1, 'apt-get', '', ['docker', 'mkfs.xfs', 'openssl'])}`,
      snap: '',
      systemctl: '',
    });
    expect(status).toBe(0);
    expect(called('snap')).toEqual(['snap install aws-cli --classic']);
  });

  test('have what Docker needs where Linux has AppArmor', () => {
    const enabled = at('sys', 'module', 'apparmor', 'parameters');
    mkdirSync(enabled, { recursive: true });
    writeFileSync(join(enabled, 'enabled'), 'Y\n');
    const there = { docker: '', 'mkfs.xfs': '', aws: '', openssl: '', systemctl: '' };
    const { status, called } = run('packages', {
      ...there,
      dpkg: '',
      'apt-get': brings(1, 'apt-get', '', ['apparmor_parser']),
    });
    expect(status).toBe(0);
    expect(called('apt-get').at(-1)).toMatch(/ apparmor( |$)/);
    expect(run('packages', there).called('apt-get'), 'and once').toHaveLength(2);
  });

  test('that are there are left alone, without a package manager and the network', () => {
    const there = { docker: '', 'mkfs.xfs': '', aws: '', openssl: '', systemctl: '' };
    const { status, calls } = run('packages', { ...there, dnf: 'exit 1', 'apt-get': 'exit 1' });
    expect(status).toBe(0);
    expect(calls).toEqual(['systemctl is-active --quiet docker']);
  });

  test('can not be installed on an image without a package manager that is known', () => {
    const { status, said } = run('packages', {});
    expect(status).toBe(1);
    expect(said.at(-1)).toContain('neither dnf nor apt-get');
  });
});
