import { type Db, MongoServerError } from 'mongodb';
import { inTime } from '../deadline.ts';
import { errorText } from '../log.ts';

type Admin = Pick<Db, 'command'>;

/** As of which release a server has its data, as "8.0". (MongoDB: "View FeatureCompatibilityVersion".) */
export async function featureVersionOf(admin: Admin): Promise<string | undefined> {
  const { featureCompatibilityVersion } = await admin.command({
    getParameter: 1,
    featureCompatibilityVersion: 1,
  });
  const { version } = featureCompatibilityVersion ?? {};
  return typeof version === 'string' ? version : undefined;
}

/** From this release on it has to be said that there is no simple way back. */
const CONFIRMED = 7;

/**
 * Has a server bring its data to its own release; it takes no other step than that from the one before. Answers what it objects. A
 * server that takes longer goes on with it. (MongoDB: setFeatureCompatibilityVersion.)
 */
export async function raiseFeatureVersion(
  admin: Admin,
  version: string,
  milliseconds: number,
): Promise<string | undefined> {
  const confirm = Number.parseInt(version, 10) >= CONFIRMED ? { confirm: true } : {};
  const request = { setFeatureCompatibilityVersion: version, ...confirm, writeConcern: { w: 'majority' } };
  try {
    await inTime(milliseconds, () => admin.command(request));
  } catch (error) {
    if (!(error instanceof MongoServerError)) return undefined;
    return `the data could not be brought to MongoDB ${version}: ${errorText(error)}`;
  }
  return undefined;
}
