import { spawnSync } from 'node:child_process';
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
import { lastStep } from '../../../src/plan/user-data.ts';

/** What every image has; what else there is, a test says. */
const TOOLS =
  'awk bash cat chmod cut dirname grep head install ls mkdir mv printf sed sort sync tail touch tr uname wc'.split(
    ' ',
  );
const SCRIPTS = join(import.meta.dirname, '../../../deploy/host-image');
const VOLUME = 'vol-0123456789abcdef0';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nami-host-'));
  for (const name of ['bin', 'tools', 'mount', 'run', 'proc']) mkdirSync(join(folder, name));
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
function run(step: string, standIns: Readonly<Record<string, string>>) {
  for (const [name, body] of Object.entries({ sleep: '', ...standIns })) {
    writeFileSync(at('bin', name), `#!/bin/bash\necho "${name} $*" >> '${at('calls')}'\n${body}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  const { status, stderr } = spawnSync('/bin/bash', [join(SCRIPTS, `${step}.sh`)], {
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      PATH: `${at('bin')}:${at('tools')}`,
      NAMI_RUN: at('run'),
      NAMI_MOUNT: at('mount'),
      NAMI_CONSOLE: at('console'),
      NAMI_PROC: at('proc'),
      NAMI_VOLUME_ID: VOLUME,
      NAMI_CREDENTIALS_PARAMETER: '/nami/p/store-password',
      NAMI_REGION: 'eu-central-1',
      NAMI_MONGO_IMAGE: 'registry.example/mongo:8',
      NAMI_MONGO_PORT: '27017',
      NAMI_STORE_USER: 'nami',
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
    expect(existsSync(at('mount', 'db'))).toBe(true);
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

  test('that comes late is waited for, with waits that grow', () => {
    device();
    const late = `[ "$(grep -c '^lsblk ' '${at('calls')}')" -ge 7 ] || exit 0; ${listed(`${at('device')} vol0123456789abcdef0`)}`;
    const { status, called, said } = run('volume', standIns({ lsblk: late }));
    expect(status).toBe(0);
    expect(called('sleep')).toEqual(['2', '4', '8', '16', '30', '30'].map((wait) => `sleep ${wait}`));
    expect(said[0]).toBe(`nami: waits for the volume ${VOLUME}`);
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
  ])('runs on %s with Linux %s in version "%s" and "%s"', (arch, kernel, version, flags) => {
    cpuinfo(flags);
    expect(run('image', standIns(arch, kernel, version)).status).toBe(0);
  });
});

describe('the password', () => {
  test('is read until SSM gives it, and neither told nor given to other users of the host', () => {
    const aws = `${worksAtCall(3, 'aws', 'AccessDeniedException: no')}\necho hunter2`;
    const { status, said, stderr, called } = run('password', { aws });
    expect(status).toBe(0);
    expect(called('aws')).toHaveLength(3);
    expect(said[1]).toMatch(
      /^nami: reads the password from \/nami\/p\/store-password: tries again in 5 s: Acc/,
    );
    expect(readFileSync(at('run', 'password'), 'utf8')).toBe('hunter2');
    expect(`${said}${stderr}`).not.toContain('hunter2');
  });

  test('is not asked for where the database has its user already', () => {
    mkdirSync(at('mount', 'db'));
    writeFileSync(at('mount', 'db', 'WiredTiger'), '');
    const { status, calls } = run('password', { aws: 'exit 1' });
    expect(status).toBe(0);
    expect(calls).toEqual([]);
  });
});

describe('the database', () => {
  const started = (memoryKiB: number, mark = VOLUME) => {
    writeFileSync(at('proc', 'meminfo'), `MemTotal:       ${memoryKiB} kB\nMemFree: 1 kB\n`);
    writeFileSync(at('mount', '.nami-volume'), mark);
    const { called, ...rest } = run('mongo', { mountpoint: '', docker: '' });
    return { ...rest, docker: called('docker').find((call) => call.startsWith('docker run')) };
  };

  test.each([
    [950_000, '0.25'],
    [1_990_000, '0.45'],
    [8_000_000, '3.31'],
  ])('on a host of %i KiB gets a cache of %s GiB', (memoryKiB, cache) => {
    expect(started(memoryKiB).docker).toContain(` --wiredTigerCacheSizeGB ${cache}`);
  });

  test('lets nobody in without a password, and its log rotates', () => {
    const { docker } = started(950_000);
    expect(docker).toContain(' --auth ');
    expect(docker).toContain('--log-opt max-size=10m --log-opt max-file=3');
    expect(docker).not.toContain('MONGO_INITDB');
    writeFileSync(at('run', 'password'), 'hunter2');
    const first = started(950_000).calls.at(-1) ?? '';
    expect(first).toContain('MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/password');
    expect(first).not.toContain('hunter2');
  });

  test('is not started on a volume with the mark of another', () => {
    const { status, docker } = started(950_000, 'vol-0fedcba9876543210');
    expect(status).toBe(1);
    expect(docker).toBeUndefined();
  });
});

test('the database comes after all other steps, and none comes after one that failed', () => {
  const steps = ['packages', 'volume', 'image', 'password', 'mongo', 'up'];
  const step = (name: string, code: number) => {
    writeFileSync(at('bin', `${name}.sh`), `#!/bin/bash\necho ${name} >> '${at('steps')}'\nexit ${code}\n`);
    chmodSync(at('bin', `${name}.sh`), 0o755);
  };
  for (const name of steps) step(name, 0);
  const standIns = { dirname: `echo '${at('bin')}'` };
  expect(run('store', standIns).status).toBe(0);
  expect(lines(at('steps')).slice(0, 4)).toEqual(steps.slice(0, 4));
  expect(lines(at('steps'))).toContain('mongo');
  rmSync(at('steps'));
  step('image', 3);
  expect(run('store', standIns).status).toBe(3);
  expect(lines(at('steps'))).toEqual(['packages', 'volume', 'image']);
});

describe('the packages', () => {
  /** A package manager whose nth call brings the programs. */
  const brings = (nth: number, name: string, refusal: string, programs = ['docker', 'mkfs.xfs', 'aws']) =>
    `${worksAtCall(nth, name, refusal)}
    for each in ${programs.join(' ')}; do echo '#!/bin/bash' >"${at('bin')}/$each"; chmod 755 "${at('bin')}/$each"; done`;

  test('of Amazon Linux are installed until that works, and Docker is started', () => {
    const { status, calls, said } = run('packages', {
      dnf: brings(3, 'dnf', 'Error: rpm lock'),
      systemctl: `[ $1 = enable ] || exit 3\n${worksAtCall(2, 'systemctl enable', 'Failed')}`,
    });
    expect(status).toBe(0);
    expect(calls.filter((call) => !call.startsWith('sleep'))).toEqual([
      ...Array(3).fill('dnf install -y docker xfsprogs awscli-2'),
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
        ${brings(1, 'apt-get', '', ['docker', 'mkfs.xfs'])}`,
      snap: '',
      systemctl: '',
    });
    expect(status).toBe(0);
    expect(called('snap')).toEqual(['snap install aws-cli --classic']);
  });

  test('that are there are left alone, without a package manager and the network', () => {
    const there = { docker: '', 'mkfs.xfs': '', aws: '', systemctl: '' };
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
