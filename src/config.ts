import * as z from 'zod';

/** The operator's settings, from its environment. The chart sets them; every one has a default but the region. */

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
const seconds = (standard: number) => z.coerce.number().positive().default(standard);

const schema = z.object({
  /** Region of pipelines that name none. */
  AWS_REGION: z
    .string()
    .min(1, 'set it to the AWS region in which pipelines are built by default, such as eu-central-1'),
  /** Name of this cluster in tags and names; default: the UID of the namespace kube-system. */
  NAMI_CLUSTER: z.string().max(128).default(''),
  /** Namespace to watch; empty: all. */
  NAMI_WATCH_NAMESPACE: z.string().default(''),
  /** What the path of an endpoint is made of when the pipeline names none. */
  NAMI_ENDPOINT_PATHS: z.enum(['name', 'namespace-name']).default('name'),
  /** Form of an endpoint's URL. */
  NAMI_ENDPOINT_URL_TEMPLATE: z
    .string()
    .refine(
      (text) => text.includes('{path}'),
      'it must contain {path}; {api}, {region} and {stage} may stand in it too',
    )
    .default('https://{api}.execute-api.{region}.amazonaws.com/{stage}/nami/{path}'),
  /** Address range of the region's shared network. */
  NAMI_NETWORK_CIDR: z
    .string()
    .regex(
      /^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-4])$/,
      'it must be an IPv4 range between /16 and /24, such as 10.77.0.0/16',
    )
    .default('10.77.0.0/16'),
  /** First part of the IAM path of every role, and of the names of SSM parameters. */
  NAMI_IAM_PATH: z
    .string()
    .max(64)
    .regex(
      /^\/(?!aws)([A-Za-z0-9_.-]+\/)+$/,
      'it must be like /nami/: letters, digits, ".", "_" and "-" between slashes, and not begin with /aws',
    )
    .default('/nami/'),
  /** ARN of the policy that bounds every role. */
  NAMI_PERMISSIONS_BOUNDARY: z.string().default(''),
  /** Instance types that pipelines may ask for; empty: all. */
  NAMI_ALLOWED_INSTANCE_TYPES: list,
  /** Repositories of database images that pipelines may ask for, with any tag or digest. */
  NAMI_ALLOWED_MONGO_IMAGES: list.prefault('public.ecr.aws/docker/library/mongo'),
  /** Machine images that pipelines may ask for beside the default one. */
  NAMI_ALLOWED_AMIS: list,
  /**
   * Where in S3 code of pipelines' own may come from, as bucket or bucket/prefix, in which {namespace} may stand. None by
   * default: it is read with the operator's own rights.
   */
  NAMI_ALLOWED_CODE_BUCKETS: list,
  /** Subnets that pipelines may ask for; empty: all. */
  NAMI_ALLOWED_SUBNETS: list,
  /** Security groups that a pipeline may give its function beside its own; none by default, for they open ways. */
  NAMI_ALLOWED_SECURITY_GROUPS: list,
  /** Environments kept ready that one pipeline may ask for: AWS bills each, used or not. */
  NAMI_MAX_PROVISIONED_CONCURRENCY: z.coerce.number().int().nonnegative().default(100),
  NAMI_MAX_VOLUME_GIB: z.coerce.number().int().positive().default(1024),
  /** Whether the gateway and the shared network go with the last pipeline of a region. */
  NAMI_DELETE_SHARED_OBJECTS: flag,
  /** Seconds between two looks at a pipeline that is well: its Secrets, its queue, its store. */
  NAMI_LOOK_SECONDS: seconds(60),
  /** Seconds after which AWS is compared with the plan although nothing changed. */
  NAMI_RESYNC_SECONDS: seconds(600),
  /** Seconds that a queue must look empty before it is deleted; SQS's counts may lag a minute behind. */
  NAMI_QUEUE_SETTLE_SECONDS: seconds(60),
  /** Seconds that a deletion waits for the queue to drain before it asks the user. */
  NAMI_DRAIN_SECONDS: seconds(600),
  /** Pipelines worked on at the same time. */
  NAMI_WORKERS: z.coerce.number().int().min(1).max(64).default(4),
  NAMI_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

export interface Config {
  readonly region: string;
  readonly cluster: string;
  readonly watchNamespace: string;
  readonly endpointPaths: 'name' | 'namespace-name';
  readonly endpointUrlTemplate: string;
  readonly networkCidr: string;
  readonly iamPath: string;
  readonly permissionsBoundaryArn: string;
  readonly allowed: {
    readonly instanceTypes: readonly string[];
    readonly mongoImages: readonly string[];
    readonly amis: readonly string[];
    readonly codeBuckets: readonly string[];
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly volumeGiB: number;
    readonly provisionedConcurrency: number;
  };
  readonly deleteSharedObjects: boolean;
  readonly lookSeconds: number;
  readonly resyncSeconds: number;
  readonly queueSettleSeconds: number;
  readonly drainSeconds: number;
  readonly workers: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** A setting that can't be used. The message names it and says what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings; throws {@link ConfigError} with one line for each that is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is one that a template left out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const region = given.AWS_REGION ?? given.AWS_DEFAULT_REGION;
  const parsed = schema.safeParse({ ...given, AWS_REGION: region });
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message, code }) =>
      code === 'invalid_type' && path[0] === 'AWS_REGION'
        ? 'AWS_REGION is not set: set it to the region in which pipelines are built by default, such as eu-central-1'
        : `${path.join('.')} cannot be used: ${message}`,
    );
    throw new ConfigError(lines.join('\n'), { cause: parsed.error });
  }
  const value = parsed.data;
  return {
    region: value.AWS_REGION,
    cluster: value.NAMI_CLUSTER,
    watchNamespace: value.NAMI_WATCH_NAMESPACE,
    endpointPaths: value.NAMI_ENDPOINT_PATHS,
    endpointUrlTemplate: value.NAMI_ENDPOINT_URL_TEMPLATE,
    networkCidr: value.NAMI_NETWORK_CIDR,
    iamPath: value.NAMI_IAM_PATH,
    permissionsBoundaryArn: value.NAMI_PERMISSIONS_BOUNDARY,
    allowed: {
      instanceTypes: value.NAMI_ALLOWED_INSTANCE_TYPES,
      mongoImages: value.NAMI_ALLOWED_MONGO_IMAGES,
      amis: value.NAMI_ALLOWED_AMIS,
      codeBuckets: value.NAMI_ALLOWED_CODE_BUCKETS,
      subnets: value.NAMI_ALLOWED_SUBNETS,
      securityGroups: value.NAMI_ALLOWED_SECURITY_GROUPS,
      volumeGiB: value.NAMI_MAX_VOLUME_GIB,
      provisionedConcurrency: value.NAMI_MAX_PROVISIONED_CONCURRENCY,
    },
    deleteSharedObjects: value.NAMI_DELETE_SHARED_OBJECTS,
    lookSeconds: value.NAMI_LOOK_SECONDS,
    resyncSeconds: value.NAMI_RESYNC_SECONDS,
    queueSettleSeconds: value.NAMI_QUEUE_SETTLE_SECONDS,
    drainSeconds: value.NAMI_DRAIN_SECONDS,
    workers: value.NAMI_WORKERS,
    logLevel: value.NAMI_LOG_LEVEL,
  };
}
