import { type Access, type AwsCall, accessesOf, type Scene } from './access.ts';

/** What differs from run to run and means nothing to a policy: hashes in names, ids, and the values of most tags. */
const shape = (text: string): string =>
  text
    .replace(/_[0-9a-f]{8}\b/g, '_')
    .replace(/-[0-9a-f]{8,}\b/g, '-')
    .replace(/nami-[a-z0-9-]+_/g, 'nami-');

const VALUES_THAT_COUNT = /cluster|adoptable-by|iam:|lambda:|ec2:CreateAction/;

function shapeOf({ action, resource, context }: Access): string {
  const keys = Object.entries(context).map(([key, value]) =>
    VALUES_THAT_COUNT.test(key) ? `${key}=${shape(String(value))}` : key,
  );
  return [action, shape(resource), ...keys.sort()].join(' ');
}

/**
 * Calls of removal whose object is gone meanwhile: AWS says either that it is not there or that there is no right to it, and
 * the next look shows which. And calls that name nothing, which AWS refuses for that.
 */
const isMoot = ({ action, resource }: Access, scene: Scene): boolean =>
  /:\/?$|::\/restapis\/(\/|$)|undefined/.test(resource) ||
  (/:(Delete|Detach|Disassociate|Remove|Revoke|Terminate)/.test(action) &&
    scene.tagsOf(resource) === undefined);

/** All that IAM was asked, each kind of question once. */
export class AccessLog {
  readonly #asked = new Map<string, Access>();
  #isClosed = false;

  add(call: AwsCall, scene: Scene): void {
    if (this.#isClosed) return;
    for (const access of accessesOf(call, scene)) {
      if (isMoot(access, scene)) continue;
      const key = shapeOf(access);
      if (!this.#asked.has(key)) this.#asked.set(key, access);
    }
  }

  get asked(): readonly Access[] {
    return [...this.#asked.values()];
  }

  /** Nobody will ask: nothing is taken down any more. */
  close(): void {
    this.#isClosed = true;
  }

  clear(): void {
    this.#asked.clear();
  }
}

/** What all simulated operators of a test file have called. */
export const accessLog = new AccessLog();
