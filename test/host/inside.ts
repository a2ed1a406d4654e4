import { deepStrictEqual, match, notDeepStrictEqual, rejects } from 'node:assert';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { prepareNetwork } from '../../local/cluster/machine.ts';
import { findBaseDisk } from '../../local/machine/base-disk.ts';
import { Processes } from '../../local/processes.ts';
import { certificateOf, makeAuthority } from '../../src/store-authority.ts';
import { runSteps } from '../run-steps.ts';
import { eventually } from '../user.ts';
import { ADDITIONS } from './additions.ts';
import { Documents } from './documents.ts';
import {
  AUTHORITY_PARAMETER,
  growVolume,
  Host,
  makeVolume,
  PARAMETER,
  PATIENCE_SECONDS,
  PORT,
  type Volume,
} from './host.ts';
import { findMongoImage } from './mongo-image.ts';
import { IMAGE, Surroundings } from './surroundings.ts';

/** Whoever started this has gone: so does this, and with it all that it started. */
process.stdin.once('end', () => process.exit(1)).resume();

const PASSWORD = 'correct-horse-battery-staple';
const UP = /^the store is up$/;
const folder = '.nami/host';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
prepareNetwork();

const processes = await Processes.open(`${folder}/processes`, () => {});
const newAuthority = () => makeAuthority('Nami store', randomBytes(15), Date.now());
const authority = await newAuthority();
const parameters = new Map([
  [PARAMETER, PASSWORD],
  [AUTHORITY_PARAMETER, authority],
]);
const surroundings = new Surroundings(await findMongoImage(processes, console.log), parameters);
await surroundings.start();
const context = {
  folder,
  base: await findBaseDisk(processes, console.log, ADDITIONS),
  processes,
  surroundings,
};
const DEVICE = '/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_';
const documents = new Documents(PASSWORD, certificateOf(authority) ?? '');
const volume = makeVolume(folder, 'vol-0123456789abcdef0');
const first = new Host('first', volume, context);
const second = new Host('second', volume, context);
const otherDocuments = new Documents(PASSWORD, certificateOf(authority) ?? '');
const otherVolume = makeVolume(folder, 'vol-0aaaaaaaaaaaaaaa1');
const third = new Host('third', otherVolume, context);
let current = first;

const launch = async (host: Host, how?: { isAttached: boolean }) => {
  await current.cutPower();
  current = host;
  await host.boot(how);
};
/** Has the database started anew as on a machine that has never had the image. */
const withoutImage = `systemctl stop nami-store && docker rm nami-mongo && docker rmi ${IMAGE}`;
const start = 'systemctl start --no-block nami-store';
const digest = ({ file }: Volume) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** One after the other: what a scenario leaves, the next finds. */
const scenarios: readonly { name: string; run(): Promise<string | undefined> }[] = [
  {
    name: 'a first boot on an empty volume',
    async run() {
      await launch(first);
      await first.reaches(UP);
      deepStrictEqual(await documents.areOpen(), false, 'somebody is let in without the password');
      const seconds = await surroundings.run('cut -d" " -f1 /proc/uptime');
      return `${await documents.areThere()}, up within ${seconds} s of emulated boot`;
    },
  },
  {
    name: 'another server answers at the same address',
    async run() {
      await surroundings.run(
        'systemctl stop nami-store && cd /run && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -subj "/CN=store.nami.internal" -addext "subjectAltName = DNS:store.nami.internal" -days 1 -out other.pem',
      );
      const serve = `openssl s_server -accept ${PORT} -cert /run/other.pem -key /run/other.key -quiet`;
      await surroundings.run(`systemd-run --unit other-server ${serve}`);
      const said = await documents.refusal();
      match(said, /self-signed certificate|unable to verify/);
      await surroundings.run(`systemctl stop other-server && ${start}`);
      await current.reaches(UP);
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the authority is another, and the host follows',
    async run() {
      const other = await newAuthority();
      parameters.set(AUTHORITY_PARAMETER, other);
      const before = await surroundings.run('cat /run/nami/said && systemctl show -P MainPID nami-store');
      await surroundings.run('systemctl start nami-certificate');
      await current.reaches(/^starts the database$/);
      await current.reaches(UP);
      const after = await surroundings.run('cat /run/nami/said && systemctl show -P MainPID nami-store');
      notDeepStrictEqual(after, before, 'the database has not started anew');
      const said = await documents.refusal();
      match(said, /unable to verify|signature|issuer/);
      documents.authority = certificateOf(other) ?? '';
      otherDocuments.authority = documents.authority;
      return `${await documents.areThere()}; by the one before: ${said}`;
    },
  },
  {
    name: 'the container is killed',
    async run() {
      await surroundings.run('docker kill nami-mongo');
      const said = await first.reaches(/^the database ended with exit code 137/);
      await first.reaches(UP);
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the volume is full, and has room again',
    async run() {
      await surroundings.run(
        'fallocate -l $(($(df --output=avail -B1 /var/lib/nami | tail -n 1) - 4194304)) /var/lib/nami/ballast',
      );
      await rejects(documents.write(400, 100_000), 'everything fits into a full volume');
      const said = await first.reaches(/^the database ended with exit code 14/);
      await surroundings.run('rm /var/lib/nami/ballast');
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the volume has grown, and its file system follows while documents are written',
    async run() {
      // EBS tells a running machine that its disk has grown, the emulated controller does not.
      const dropIn = '/etc/systemd/system/nami-grow.service.d';
      const condition = '[Unit]\\nConditionPathExists=/run/grow\\n';
      await surroundings.run(`mkdir -p ${dropIn} && printf '${condition}' >${dropIn}/check.conf && sync`);
      await current.cutPower();
      growVolume(volume);
      await first.boot();
      await first.reaches(UP);
      const size = async () =>
        Number(await surroundings.run('df --output=size -B1M /var/lib/nami | tail -n 1'));
      const before = await size();
      const written = documents.write(200);
      await surroundings.run('touch /run/grow');
      const isGrown = async () => ((await size()) > 1.9 * before ? await size() : undefined);
      const after = await eventually('the file system has grown', isGrown, PATIENCE_SECONDS);
      await written;
      return `${await documents.areThere()}; from ${before} to ${after} MiB`;
    },
  },
  {
    name: 'the power fails, and the machine boots again',
    async run() {
      await documents.write(20);
      await launch(first);
      await first.reaches(UP);
      return await documents.areThere();
    },
  },
  {
    name: 'the machine is lost, and its volume comes late to a new one',
    async run() {
      await documents.write(20);
      await launch(second, { isAttached: false });
      const said = await second.reaches(new RegExp(`^waits for the volume ${volume.id}: tries again in `));
      await second.attach();
      await second.reaches(UP);
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the registry refuses for a while',
    async run() {
      surroundings.behaviour.registry = 'throttles';
      await surroundings.run(`${withoutImage} && ${start}`);
      const said = await second.reaches(/^pulls the image .*: tries again in /);
      surroundings.behaviour.registry = 'answers';
      await second.reaches(UP);
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the machine boots without a network at first, and without the image',
    async run() {
      await surroundings.run(`${withoutImage} && sync`);
      await launch(second);
      await second.setLink(false);
      const said = await second.reaches(/^pulls the image .*: tries again in /);
      await second.setLink(true);
      await second.reaches(UP);
      return `${await documents.areThere()}; ${said}`;
    },
  },
  {
    name: 'the volume holds a foreign file system, until somebody empties it',
    async run() {
      await processes.run({
        name: 'foreign',
        command: 'mkfs.ext4',
        args: ['-q', otherVolume.file],
        environment: process.env,
      });
      const before = digest(otherVolume);
      await launch(third);
      const said = await third.reaches(/ holds ext4 /);
      deepStrictEqual(digest(otherVolume), before, 'the foreign file system was written to');
      await surroundings.run(empty(otherVolume));
      await third.reaches(UP);
      return `${await otherDocuments.areThere()}; ${said}`;
    },
  },
  {
    name: 'SSM refuses for a while',
    async run() {
      surroundings.behaviour.ssm = 'refuses';
      await surroundings.run(
        `systemctl stop nami-store && umount /var/lib/nami && ${empty(otherVolume)} && ${start}`,
      );
      otherDocuments.forget();
      const said = await third.reaches(/^reads the password .*: tries again in /);
      surroundings.behaviour.ssm = 'answers';
      await third.reaches(UP);
      return `${await otherDocuments.areThere()}; ${said}`;
    },
  },
  {
    name: 'the power fails while the database is made',
    async run() {
      await surroundings.run(
        `systemctl stop nami-store && umount /var/lib/nami && ${empty(otherVolume)} && ${start}`,
      );
      otherDocuments.forget();
      await third.reaches(/^makes the database$/);
      await surroundings.run('until [ -e /var/lib/nami/db.new/WiredTiger ]; do sleep 1; done; sync');
      await launch(third);
      await third.reaches(UP);
      return await otherDocuments.areThere();
    },
  },
];

/** Leaves nothing on a volume that one could find. */
function empty({ id }: Volume): string {
  const device = `${DEVICE}${id.replace('-', '')}`;
  return `wipefs --all --quiet ${device} && dd if=/dev/zero of=${device} bs=1M count=1 conv=fsync status=none`;
}

/** All, or the first boot and those that an argument names by some of their words. */
const words = process.argv.slice(2);
const chosen = scenarios.filter(
  ({ name }, index) => words.length === 0 || index === 0 || words.some((each) => name.includes(each)),
);
const isWell = await runSteps('host', chosen, undefined, {
  word: 'scenarios',
  last: () => `, ${documents.lost + otherDocuments.lost} documents lost`,
  onFailure: async () => {
    console.log(current.console().slice(-3000));
    const journal =
      'journalctl --no-pager -u nami-store -u docker -n 40; docker ps -a; docker logs --tail 20 nami-mongo';
    console.log(await surroundings.run(journal).catch((error: Error) => error.message));
  },
  end: async () => {
    await processes.stop();
    surroundings.stop();
  },
});
process.exit(isWell ? 0 : 1);
