import { fingerprint } from '../object/fingerprint.ts';
import type { Launch } from './launch.ts';

/**
 * What a host was launched with, as the text of one tag. What its user asks for stands there field by field: a change
 * of it means another host. What only the operator's version decides stands in one sum: a change of it ends no host.
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

const OPERATOR = 'operator';
const UNASKED = 'default';

/** In the characters that every tag takes, and short: a tag holds 256. */
const sum = (value: unknown) => fingerprint(value).slice(0, 8);
const entry = (...parts: string[]) => parts.join(':');

/** The note of a launch; `isLaunched` false: of a host that runs as it is asked for, whoever launched it with what. */
export function launchNote(launch: Launch, isLaunched = true): string {
  const asked = Object.entries(ASKED).map(([field, of]) =>
    entry(field, sum(of(launch)), ...(launch.defaults.includes(field) ? [UNASKED] : [])),
  );
  return [...asked, entry(OPERATOR, isLaunched ? sum(operatorsOwn(launch)) : '')].join('/');
}

/** The fields in which a launch that is asked for differs from a noted one; that a default is another now is none. */
export function askedAnew(note: string, launch: Launch): string[] {
  const noted = read(note);
  return Object.entries(ASKED).flatMap(([field, of]) => {
    const [before, unasked] = noted.get(field) ?? [];
    if (before === undefined || before === sum(of(launch))) return [];
    return unasked !== undefined && launch.defaults.includes(field) ? [] : [field];
  });
}

/** Whether the operator would launch the same host in another way now. */
export const isOutdated = (note: string, launch: Launch): boolean =>
  read(note).get(OPERATOR)?.[0] !== sum(operatorsOwn(launch));

const read = (note: string): Map<string, string[]> =>
  new Map(
    note.split('/').map((each) => {
      const [name = '', ...values] = each.split(':');
      return [name, values];
    }),
  );
