import {
  formerUsersOf,
  type PostQueueProbe,
  type ProbeEvent,
  READER_ROLES,
  type ReaderRole,
  type StoreFault,
  type StoreProbe,
  type TlsFault,
} from '../../../handlers/contract.ts';
import { certificateOf } from '../../../src/store-authority.ts';
import { loginOf } from '../../../src/store-login.ts';
import type { Ec2 } from './ec2.ts';
import type { Instance } from './ec2-instances.ts';
import type { Volume } from './ec2-volumes.ts';
import type { Invoked } from './lambda.ts';
import type { Surroundings } from './service.ts';
import type { Ssm } from './ssm.ts';

/** What a database holds. It is on its volume, not on its host. */
export interface Database {
  /** Passwords by their user: it takes no other. */
  readonly users: Map<string, string>;
  /** What the user for those who read the events may do; absent: there is none. */
  readerRole?: ReaderRole | undefined;
  readonly events: Set<string>;
  readonly volumeId: string;
  /** The volume that its file system names as its own. */
  mark: string;
  /** Release of the server that runs. */
  version: string;
  /** As of which its data is. */
  featureVersion: string;
  /** Of its volume, beside what it moves by itself. */
  usedBytes: number;
  /** Of these, what documents left that were removed. */
  reusableBytes?: number;
}

/** A MongoDB that is none of the operator's, by the host in its connection string. */
export interface ExternalStore {
  isUp: boolean;
  /** What keeps functions from it. */
  fault?: StoreFault;
  readonly events: Set<string>;
}

interface Reached {
  readonly events: Set<string>;
  /** The managed one, and as whom the function is in it. */
  readonly database?: Database;
  readonly user?: string;
}

/** The built-in code sees to its readers' user each time that it is probed. */
function keepReader(database: Database, { environment }: Invoked): { readonly reader?: ReaderRole } {
  database.readerRole = READER_ROLES.find((role) => role === environment.NAMI_STORE_READER_ROLE);
  return database.readerRole === undefined ? {} : { reader: database.readerRole };
}

/** The built-in code adds and drops logins where it is asked to; answers whom it has added. */
function keepLogins(
  { users }: Database,
  user: string,
  { addLogin, dropLoginsBefore }: ProbeEvent,
): Pick<StoreProbe & { reachable: true }, 'user' | 'addedUser' | 'hasFormerLogins'> {
  if (addLogin && !users.has(addLogin.user)) users.set(addLogin.user, addLogin.password);
  if (dropLoginsBefore === user)
    for (const each of formerUsersOf([...users.keys()], user)) users.delete(each);
  return {
    user,
    ...(addLogin && { addedUser: addLogin.user }),
    ...(formerUsersOf([...users.keys()], user).length > 0 && { hasFormerLogins: true }),
  };
}

const copyOf = (database: Database): Database => ({
  ...database,
  users: new Map(database.users),
  events: new Set(database.events),
});

/** The release of MongoDB that a host runs, by the tag of its image, as "8.0". */
function releaseOn({ userData }: Instance): string {
  const [, major = '8', minor = '0'] = /NAMI_MONGO_IMAGE=\S+:v?(\d+)(?:\.(\d+))?/.exec(userData) ?? [];
  return `${major}.${minor}`;
}

/** Why events can't go there. */
interface Unreached {
  readonly why: string;
  readonly fault?: StoreFault | undefined;
}

/** As Node.js and the driver word it. */
const FAULTS: Readonly<Record<StoreFault, string>> = {
  ended: 'certificate has expired',
  'not-begun': 'certificate is not yet valid',
  'other-authority': 'unable to verify the first certificate',
  'other-name': "Hostname/IP does not match certificate's altnames",
  login: 'Authentication failed.',
  rights: 'not authorized',
  name: 'getaddrinfo ENOTFOUND',
  refused: 'connection refused',
  'no-way': 'connect EHOSTUNREACH',
  silent: 'connection timed out',
};
const refusedFor = (fault: StoreFault): Unreached => ({ why: FAULTS[fault], fault });

/** A host looks each hour whether its authority is another. (deploy/host-image/nami-certificate.timer) */
const AUTHORITY_SECONDS = 3600;

const PORT = 27_017;
const GIB = 2 ** 30;

/**
 * The databases that events end in. A managed one answers when its host runs for a while, has its volume, reached the
 * internet for its image and its password when it first started, and the caller's security group is let in.
 */
export class Stores {
  /** By the id of the volume. */
  readonly databases = new Map<string, Database>();
  /** What snapshots show, by their id. */
  readonly #copies = new Map<string, Database>();
  readonly external = new Map<string, ExternalStore>();
  /** Volumes whose database doesn't start, as when its container crashes. */
  readonly down = new Set<string>();
  /** By the id of a host: what is wrong with the certificate of what answers on its address. */
  readonly tlsFaults = new Map<string, TlsFault>();
  /** By the id of a host: the authority that signed its certificate, and when it read that from SSM. */
  readonly #authorities = new Map<
    string,
    { readonly certificate: string | undefined; readonly at: number }
  >();
  /** Hosts that the container of the database has started on once: from then on they need no image. */
  readonly #started = new Set<string>();
  readonly #around: Surroundings;
  readonly #ec2: Ec2;
  readonly #ssm: Ssm;

  constructor(around: Surroundings, ec2: Ec2, ssm: Ssm) {
    this.#around = around;
    this.#ec2 = ec2;
    this.#ssm = ssm;
    ec2.copies.onBegun = ({ id, volumeId }) => {
      const database = this.databases.get(volumeId);
      if (database) this.#copies.set(id, copyOf(database));
    };
  }

  /** What the built-in code of the post-queue function finds of its store. */
  ask(invoked: Invoked, event: ProbeEvent): PostQueueProbe {
    const store = this.reach(invoked);
    const { raiseFeatureVersion: raised } = event;
    if ('database' in store && store.database && raised === store.database.version)
      store.database.featureVersion = raised;
    const answer: StoreProbe =
      'why' in store
        ? { reachable: false, error: store.why, ...(store.fault && { fault: store.fault }) }
        : {
            reachable: true,
            documents: store.events.size,
            version: `${'database' in store ? store.database?.version : '8.0'}.4`,
            ...(store.database && { featureVersion: store.database.featureVersion }),
            latencyMilliseconds: 2 + (this.#seconds() % 7),
            ...(store.database && { disk: this.#diskOf(store.database) }),
            ...(store.database && keepReader(store.database, invoked)),
            ...(store.database && keepLogins(store.database, store.user ?? '', event)),
          };
    return { nami: 'post-queue', problems: [], store: answer };
  }

  /** A database at rest writes and gives back some of its journal. */
  #diskOf({ volumeId, usedBytes, reusableBytes = 0 }: Database) {
    const totalBytes = (this.#ec2.volumes.get(volumeId)?.sizeGiB ?? 0) * GIB;
    const files = Math.min(totalBytes, usedBytes + (this.#seconds() % 40) * 2 ** 20);
    return { totalBytes, usedBytes: files - reusableBytes, reusableBytes };
  }

  #seconds = () => Math.floor(this.#around.clock.now() / 1000);

  /** Where the events of a function go, or why they can't. */
  reach({ environment, groupIds, subnetIds }: Invoked): Reached | Unreached {
    const uri = URL.parse((environment.NAMI_STORE_URI ?? '').replace(/^mongodb(\+srv)?:/, 'http:'));
    if (!uri) return { why: 'the connection string is none' };
    const external = this.external.get(uri.hostname);
    if (external) {
      if (external.fault) return refusedFor(external.fault);
      return external.isUp ? { events: external.events } : refusedFor('refused');
    }
    const instance = this.#ec2.instances.find(
      (each) => each.privateIp === uri.hostname && this.#ec2.machines.isThere(each),
    );
    if (!instance || subnetIds.length === 0) return refusedFor('silent');
    if (instance.impairedAt !== undefined) return refusedFor('silent');
    const isLetIn = this.#ec2.network.lets(groupIds, instance.groupIds, PORT);
    if (!isLetIn) return refusedFor('silent');
    const database = this.#databaseOn(instance);
    if ('why' in database) return database;
    const refusal = this.#greet(instance, uri.searchParams.get('tls') === 'true', environment);
    if (refusal) return refusal;
    const user = decodeURIComponent(uri.username);
    if (decodeURIComponent(uri.password) !== database.users.get(user)) return refusedFor('login');
    return { events: database.events, database, user };
  }

  /** What comes of a connection before anything is said in it: a host speaks TLS, or it doesn't. */
  #greet(instance: Instance, speaksTls: boolean, environment: Invoked['environment']): Unreached | undefined {
    const [, parameter] = /NAMI_AUTHORITY_PARAMETER=(\S+)/.exec(instance.userData) ?? [];
    if (speaksTls !== (parameter !== undefined)) return { why: 'connection closed' };
    if (parameter === undefined) return undefined;
    const fault = this.tlsFaults.get(instance.id);
    if (fault) return refusedFor(fault);
    const isOwn = this.#authorityOf(instance, parameter) === environment.NAMI_STORE_AUTHORITY;
    return isOwn ? undefined : refusedFor('other-authority');
  }

  #authorityOf({ id }: Instance, parameter: string): string | undefined {
    const now = this.#around.clock.now();
    const known = this.#authorities.get(id);
    if (known && now - known.at < AUTHORITY_SECONDS * 1000) return known.certificate;
    const value = this.#ssm.parameters.get(parameter)?.value;
    const certificate = value === undefined ? known?.certificate : certificateOf(value);
    this.#authorities.set(id, { certificate, at: now });
    return certificate;
  }

  #databaseOn(instance: Instance): Database | Unreached {
    const seconds = this.#ec2.machines.runningSeconds(instance);
    if (seconds < this.#around.times.databaseStart) return refusedFor('refused');
    const [, wanted] = /NAMI_VOLUME_ID=(\S+)/.exec(instance.userData) ?? [];
    const volume = this.#ec2.disks.attachedTo(instance.id).find(({ id }) => id === wanted);
    if (!volume || this.down.has(volume.id)) return refusedFor('refused');
    if (!this.#started.has(instance.id) && !this.#ec2.network.leadsOut(instance.subnetId))
      return refusedFor('refused');
    const database =
      this.databases.get(volume.id) ?? this.#restored(volume) ?? this.#start(volume.id, instance);
    if (!database) return refusedFor('refused');
    const [, madeFrom = ''] = /NAMI_VOLUME_MADE_FROM=(\S+)/.exec(instance.userData) ?? [];
    if (![volume.id, ...madeFrom.split(',')].includes(database.mark)) return refusedFor('refused');
    database.mark = volume.id;
    const version = releaseOn(instance);
    // A server starts on data of its own release, and of the one before.
    if (![0, 1].includes(Number.parseInt(version, 10) - Number.parseInt(database.featureVersion, 10)))
      return refusedFor('refused');
    database.version = version;
    this.#started.add(instance.id);
    return database;
  }

  /** What is on a volume that was made from a snapshot: what was on its volume then, with the mark of that. */
  #restored({ id, snapshotId = '' }: Volume): Database | undefined {
    const copy = this.#copies.get(snapshotId);
    if (!copy) return undefined;
    const database = { ...copyOf(copy), volumeId: id };
    this.databases.set(id, database);
    return database;
  }

  /** The first start of a database takes its first login from where the host was told. */
  #start(volumeId: string, instance: Instance): Database | undefined {
    const { userData } = instance;
    const [, name] = /NAMI_CREDENTIALS_PARAMETER=(\S+)/.exec(userData) ?? [];
    const secret = this.#ssm.parameters.get(name)?.value;
    if (secret === undefined) return undefined;
    const { user, password } = loginOf(secret);
    const database = {
      users: new Map([[user, password]]),
      events: new Set<string>(),
      volumeId,
      mark: volumeId,
      usedBytes: GIB,
      version: releaseOn(instance),
      featureVersion: releaseOn(instance),
    };
    this.databases.set(volumeId, database);
    return database;
  }
}
