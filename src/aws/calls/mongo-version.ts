import { BackoffError, TerminalError } from '../account/errors.ts';

/** Versions of MongoDB, as the tag of a container image names them. Pure. */

/** A version, with the minor one where the tag says so. */
interface Version {
  readonly major: number;
  readonly minor: number | undefined;
}

/** The version that an image's tag begins with, in whichever repository it is; none for "latest" or a mere digest. */
export function versionOf(image: string): Version | undefined {
  const [reference = ''] = image.split('@');
  return versionIn(/:([^/:]+)$/.exec(reference)?.[1] ?? '');
}

function versionIn(tag: string): Version | undefined {
  const [, major, minor] = /^v?(\d+)(?:\.(\d+))?(?!\d)/.exec(tag) ?? [];
  if (major === undefined) return undefined;
  return { major: Number(major), minor: minor === undefined ? undefined : Number(minor) };
}

/**
 * Throws TerminalError `MongoVersionStep` where a database of one image can't take over the data of another: it goes
 * neither back nor over a release. What has no version in its tag is believed. (MongoDB: "Upgrade a standalone",
 * "Downgrade".) `volumeId` is where the data is, for the words. BackoffError `MongoVersionWaits` where the data is not yet as of
 * the release before the wanted one: `featureVersion`, empty where it is not known.
 */
export function checkVersionStep(
  dataImage: string,
  wantedImage: string,
  volumeId: string,
  featureVersion: string,
): void {
  const data = versionOf(dataImage);
  const wanted = versionOf(wantedImage);
  if (!data || !wanted || data.major < OLDEST || wanted.major < OLDEST) return;
  const correction = `(if its data is of another version, say so in the tag nami.dev/mongo-image of ${volumeId})`;
  if (isOlder(wanted, data)) {
    throw new TerminalError(
      'MongoVersionStep',
      `the volume holds data of MongoDB ${text(data)}, which MongoDB ${text(wanted)} can't be trusted with: set store.managed.mongoImage back to ${text(data)}; or save the events with mongodump, give the volume up with the annotation nami.dev/replace-volume=${volumeId} and load them again ${correction}`,
    );
  }
  const steps = releasesBetween(data, wanted).map(
    (release) =>
      `set store.managed.mongoImage to ${release} and wait until status.store.featureVersion says ${release}, which takes an hour from when it answers`,
  );
  if (steps.length === 0) {
    checkFeatureVersion(featureVersion, wanted);
    return;
  }
  throw new TerminalError(
    'MongoVersionStep',
    `the volume holds data of MongoDB ${text(data)}, and no release can be left out on the way to ${text(wanted)}: first ${steps.join(', then ')} ${correction}`,
  );
}

/** (MongoDB: "Upgrade a Standalone": a server starts on data of its own release and of the one before.) */
function checkFeatureVersion(featureVersion: string, wanted: Version): void {
  const data = versionIn(featureVersion);
  const [missing] = data ? releasesBetween(data, wanted) : [];
  if (missing === undefined) return;
  throw new BackoffError(
    'MongoVersionWaits',
    `the data is as MongoDB ${featureVersion} has it, and MongoDB ${text(wanted)} takes none older than ${missing}: the operator brings it to the release that runs once that has answered for an hour, and then replaces the host by itself`,
  );
}

const OLDEST = 4;

/** Releases in their order: 4.0, 4.2, 4.4, 5.0, 6.0 and so on. */
const rankOf = ({ major, minor = 4 }: Version) => (major === OLDEST ? Math.floor(minor / 2) : major - 2);
const releaseOf = (rank: number) => (rank <= 2 ? `4.${rank * 2}` : `${rank + 2}.0`);

const releasesBetween = (from: Version, to: Version): string[] =>
  Array.from({ length: Math.max(0, rankOf(to) - rankOf(from) - 1) }, (_, step) =>
    releaseOf(rankOf(from) + 1 + step),
  );

const isOlder = (a: Version, b: Version): boolean =>
  a.major < b.major ||
  (a.major === b.major && a.minor !== undefined && b.minor !== undefined && a.minor < b.minor);

const text = ({ major, minor }: Version) => (minor === undefined ? `${major}` : `${major}.${minor}`);
