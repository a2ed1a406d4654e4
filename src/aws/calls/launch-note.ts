import { fingerprint } from '../object/fingerprint.ts';
import type { Launch } from './launch.ts';

/**
 * What a host was launched with, as the text of one tag. What its user asks for stands there field by field: a change
 * of it means another host, but for what can be changed while it runs. What only the operator's version decides stands in
 * one sum: a change of it ends no host.
 */

/** What a user asks for. A field that comes later is in no note of before, and so no difference there. */
const ASKED: Readonly<Record<string, (launch: Launch) => unknown>> = {
  instanceType: ({ instanceTypes }) => instanceTypes[0],
  imageId: ({ imageId }) => imageId,
  subnetId: ({ subnetId }) => subnetId,
  volumeId: ({ volumeId }) => volumeId,
  mongoImage: ({ mongoImage }) => mongoImage,
};

const operatorsOwn = ({ userData, securityGroupId, instanceProfileArn }: Launch) => ({
  userData,
  securityGroupId,
  instanceProfileArn,
});

/** What can be changed while a host runs. */
const CREDITS = 'cpuCredits';
/** Stands there alone, of a host whose database speaks TLS; of one that is older than that it doesn't. */
const TLS = 'tls';
const OPERATOR = 'operator';
const UNASKED = 'default';

/** In the characters that every tag takes, and short: a tag holds 256. */
const sum = (value: unknown) => fingerprint(value).slice(0, 8);
const entry = (...parts: string[]) => parts.join(':');

/** The note of a launch; `isLaunched` false: of a host that runs as it is asked for, whoever launched it with what. */
export function launchNote(launch: Launch, isLaunched = true): string {
  const asked = Object.entries(ASKED).map(([field, of]) => entryOf(field, of(launch), launch));
  const operators = isLaunched
    ? [
        ...(launch.tls ? [TLS] : []),
        entryOf(CREDITS, launch.cpuCredits, launch),
        entry(OPERATOR, sum(operatorsOwn(launch))),
      ]
    : [...(launch.tls ? [TLS] : []), entry(OPERATOR, '')];
  return [...asked, ...operators].join('/');
}

const entryOf = (field: string, value: unknown, { defaults }: Launch) =>
  entry(field, sum(value), ...(defaults.includes(field) ? [UNASKED] : []));

/** The fields in which a launch that is asked for differs from a noted one; that a default is another now is none. */
export function askedAnew(note: string, launch: Launch): string[] {
  const noted = read(note);
  return Object.entries(ASKED).flatMap(([field, of]) =>
    noted.has(field) && isAnother(noted.get(field), field, of(launch), launch) ? [field] : [],
  );
}

function isAnother(
  [before, unasked]: readonly string[] = [],
  field: string,
  value: unknown,
  { defaults }: Launch,
): boolean {
  return before !== sum(value) && !(unasked !== undefined && defaults.includes(field));
}

/** Whether other CPU credits are asked for; of a host whose credits are not noted, whether any are asked for. */
export function creditsAskedAnew(note: string, launch: Launch): boolean {
  const noted = read(note).get(CREDITS);
  if (!noted) return !launch.defaults.includes(CREDITS);
  return isAnother(noted, CREDITS, launch.cpuCredits, launch);
}

/** The note once the CPU credits are as they are asked for. */
export function withCredits(note: string, launch: Launch): string {
  const others = note.split('/').filter((each) => !each.startsWith(`${CREDITS}:`));
  // Before what is the operator's own, as a launch writes it.
  return [...others.slice(0, -1), entryOf(CREDITS, launch.cpuCredits, launch), ...others.slice(-1)].join('/');
}

/** Whether the operator would launch the same host in another way now. */
export const isOutdated = (note: string, launch: Launch): boolean =>
  read(note).get(OPERATOR)?.[0] !== sum(operatorsOwn(launch));

/** Whether the database of a host was set up to speak TLS, and nothing else. */
export const speaksTls = (note: string): boolean => read(note).has(TLS);

const read = (note: string): Map<string, string[]> =>
  new Map(
    note.split('/').map((each) => {
      const [name = '', ...values] = each.split(':');
      return [name, values];
    }),
  );
