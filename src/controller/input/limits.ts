import type { WebhookPipelineSpec } from '../../api/v1alpha1.ts';
import { TerminalError } from '../../aws/account/errors.ts';
import { type Config, SETTINGS } from '../../config.ts';
import { isWithinRange } from '../../plan/ipv4-range.ts';

/** Throws TerminalError `NotAllowed` when a pipeline asks for what the operator's settings don't grant its tenants. */
export function checkLimits(spec: WebhookPipelineSpec, namespace: string, allowed: Config['allowed']): void {
  const { managed } = spec.store;
  if (managed) {
    for (const type of [managed.instanceType, ...(managed.fallbackInstanceTypes ?? [])]) {
      if (allowed.instanceTypes.length > 0 && !allowed.instanceTypes.includes(type)) {
        refuse(`instance type ${type}`, `one of ${allowed.instanceTypes.join(', ')}`, 'instanceTypes');
      }
    }
    if (!allowed.mongoImages.some((start) => isImageOf(managed.mongoImage, start))) {
      refuse(`image ${managed.mongoImage}`, `one of ${allowed.mongoImages.join(', ')}`, 'mongoImages');
    }
    if (managed.amiId !== undefined && !allowed.amis.includes(managed.amiId)) {
      refuse(`machine image ${managed.amiId}`, allowed.amis.join(', ') || 'the default', 'amis');
    }
    if (managed.volume.sizeGiB > allowed.volumeGiB) {
      refuse(`a volume of ${managed.volume.sizeGiB} GiB`, `${allowed.volumeGiB} GiB at most`, 'volumeGiB');
    }
    checkAccess(managed.access, allowed);
  }
  const { connectionSecret } = spec.store;
  if (connectionSecret && !allowed.connectionSecrets)
    refuse(`the connection Secret ${connectionSecret.name}`, 'none', 'connectionSecrets');
  const { provisionedConcurrency = 0 } = spec.preQueue;
  if (provisionedConcurrency > allowed.provisionedConcurrency) {
    refuse(
      `a provisionedConcurrency of ${provisionedConcurrency}`,
      `${allowed.provisionedConcurrency} at most`,
      'provisionedConcurrency',
    );
  }
  for (const { code } of [spec.preQueue, spec.postQueue]) {
    const object = code?.s3;
    if (object && !allowed.codeBuckets.some((place) => isWithin(object, place, namespace))) {
      refuse(
        `code from s3://${object.bucket}/${object.key}`,
        allowed.codeBuckets.join(', ') || 'a ConfigMap (configMapRef)',
        'codeBuckets',
      );
    }
  }
  for (const group of spec.network?.securityGroupIds ?? []) {
    if (!allowed.securityGroups.includes(group)) {
      refuse(
        `security group ${group}`,
        allowed.securityGroups.join(', ') || "none but the pipeline's own",
        'securityGroups',
      );
    }
  }
  for (const subnet of spec.network?.subnetIds ?? []) {
    if (allowed.subnets.length > 0 && !allowed.subnets.includes(subnet)) {
      refuse(`subnet ${subnet}`, `one of ${allowed.subnets.join(', ')}`, 'subnets');
    }
  }
}

type Access = NonNullable<WebhookPipelineSpec['store']['managed']>['access'];

/** Who else may reach the database: nobody by default. */
function checkAccess({ securityGroupIds = [], cidrs = [] }: Access = {}, allowed: Config['allowed']): void {
  const { accessSecurityGroups, accessCidrs } = allowed;
  for (const group of securityGroupIds) {
    if (!accessSecurityGroups.includes(group)) {
      refuse(
        `access to the database from ${group}`,
        accessSecurityGroups.join(', ') || 'none',
        'accessSecurityGroups',
      );
    }
  }
  for (const range of cidrs) {
    if (!accessCidrs.some((outer) => isWithinRange(range, outer))) {
      const instead = accessCidrs.length > 0 ? `a range within ${accessCidrs.join(', ')}` : 'none';
      refuse(`access to the database from ${range}`, instead, 'accessCidrs');
    }
  }
}

/** What may follow a repository: "mongo" allows "mongo:8.0", and not "mongo-evil:8.0" or the registry of "mongo:80/evil". */
const TAG_AND_DIGEST = /^(:[\w.-]+)?(@[\w.+-]+:[\w=-]+)?$/;

function isImageOf(image: string, repository: string): boolean {
  return image.startsWith(repository) && TAG_AND_DIGEST.test(image.slice(repository.length));
}

/** Whether an object is a place or below it: neither "code" nor "code/team" allows what only starts alike. */
function isWithin(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  place: string,
  namespace: string,
): boolean {
  const folder = place.replaceAll('{namespace}', namespace).replace(/\/*$/, '/');
  // S3 takes ".." for a name like any other; what stands between may not.
  const isPlain = !key.split('/').some((step) => step === '.' || step === '..');
  return isPlain && `${bucket}/${key}/`.startsWith(folder);
}

function refuse(what: string, instead: string, bound: keyof Config['allowed']): never {
  const { chartValue, variable } = SETTINGS.allowed[bound];
  throw new TerminalError(
    'NotAllowed',
    `the operator's settings do not allow ${what}: use ${instead}, or have ${chartValue} (${variable}) changed`,
  );
}
