import * as z from 'zod';

/**
 * The operator's settings, each once: its value in the chart, which sets its variable in the operator's environment,
 * and its type, which holds its default. Every one has a default but the region.
 */

export interface Setting<Type extends z.ZodType = z.ZodType> {
  readonly chartValue: string;
  readonly variable: string;
  readonly type: Type;
}

const setting = <Type extends z.ZodType>(
  chartValue: string,
  variable: string,
  type: Type,
): Setting<Type> => ({ chartValue, variable, type });

const list = z
  .string()
  .default('')
  .transform((text): readonly string[] =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
const listOfRanges = list.pipe(
  z.array(z.cidrv4('each must be a range of IPv4 addresses, such as 10.0.0.0/8')).readonly(),
);
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');
/** Tags as AWS takes them. (AWS: tag naming limits and requirements.) */
const TAG = String.raw`[\p{L}\p{Z}\p{N}_.:/=+@-]`;
const tags = z
  .record(
    z
      .string()
      .regex(
        new RegExp(`^(?!aws:|nami\\.dev/)${TAG}{1,128}$`, 'iu'),
        'a key has 1 to 128 letters, digits, spaces and _ . : / = + - @, and does not begin with aws: or nami.dev/',
      ),
    z
      .string()
      .regex(
        new RegExp(`^${TAG}{1,256}$`, 'u'),
        'a value has 1 to 256 letters, digits, spaces and _ . : / = + - @',
      ),
  )
  .refine((all) => Object.keys(all).length <= 40, 'there are 40 at most');
const TAGS_FORM = 'it must be a JSON object of texts, such as {"cost-center":"42"}';
const jsonTags = z
  .string()
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue(TAGS_FORM);
      return z.NEVER;
    }
  })
  .pipe(tags);
const domains = z
  .array(
    z.strictObject({
      name: z
        .string()
        .max(253)
        .regex(/^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/, 'it is no domain name in lower case'),
      region: z.string().optional(),
      certificateArn: z
        .string()
        .regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/.+$/, 'it is no ARN of a certificate of ACM'),
      basePath: z
        .string()
        .regex(/^[\w-]{0,100}$/, 'it has letters, digits, "-" and "_" alone')
        .default(''),
      hostedZoneId: z
        .string()
        .regex(/^[A-Z0-9]{1,32}$/, 'it is no id of a hosted zone, such as Z0123456789ABC')
        .optional(),
    }),
  )
  .max(20, 'there are 20 at most')
  .refine(
    (all) => new Set(all.map(({ name }) => name)).size === all.length,
    'a domain name stands there twice',
  );
const jsonDomains = z
  .string()
  .default('[]')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('it must be a JSON list of objects with name and certificateArn');
      return z.NEVER;
    }
  })
  .pipe(domains);
/** client-go's JitterFactor. */
const RETRY_JITTER = 1.2;
const seconds = (standard: number) => z.coerce.number().positive().default(standard);

/** What pipelines may ask for. */
const allowed = {
  /** Instance types that pipelines may ask for; empty: all. */
  instanceTypes: setting('operator.allowed.instanceTypes', 'NAMI_ALLOWED_INSTANCE_TYPES', list),
  /** Repositories of database images that pipelines may ask for, with any tag or digest. */
  mongoImages: setting(
    'operator.allowed.mongoImages',
    'NAMI_ALLOWED_MONGO_IMAGES',
    list.prefault('public.ecr.aws/docker/library/mongo'),
  ),
  /** Machine images that pipelines may ask for beside the default one. */
  amis: setting('operator.allowed.amis', 'NAMI_ALLOWED_AMIS', list),
  /**
   * Where in S3 code of pipelines' own may come from, as bucket or bucket/prefix, in which {namespace} may stand. None by
   * default: it is read with the operator's own rights.
   */
  codeBuckets: setting('operator.allowed.codeBuckets', 'NAMI_ALLOWED_CODE_BUCKETS', list),
  /** Subnets that pipelines may ask for; empty: all. */
  subnets: setting('operator.allowed.subnets', 'NAMI_ALLOWED_SUBNETS', list),
  /** Security groups that a pipeline may give its function beside its own; none by default, for they open ways. */
  securityGroups: setting('operator.allowed.securityGroups', 'NAMI_ALLOWED_SECURITY_GROUPS', list),
  /** Security groups that a pipeline may let to its database; none by default. */
  accessSecurityGroups: setting(
    'operator.allowed.accessSecurityGroups',
    'NAMI_ALLOWED_ACCESS_SECURITY_GROUPS',
    list,
  ),
  /** Ranges of IPv4 addresses within which a pipeline may let others to its database; none by default. */
  accessCidrs: setting('operator.allowed.accessCidrs', 'NAMI_ALLOWED_ACCESS_CIDRS', listOfRanges),
  /** Whether pipelines may have Secrets written by which their events are read: it takes the right to write Secrets. */
  connectionSecrets: setting('operator.allowed.connectionSecrets', 'NAMI_ALLOWED_CONNECTION_SECRETS', flag),
  /** Size of the largest volume that a pipeline may ask for. */
  volumeGiB: setting(
    'operator.allowed.volumeGiB',
    'NAMI_MAX_VOLUME_GIB',
    z.coerce.number().int().positive().default(1024),
  ),
  /** Environments kept ready that one pipeline may ask for: AWS bills each, used or not. */
  provisionedConcurrency: setting(
    'operator.allowed.provisionedConcurrency',
    'NAMI_MAX_PROVISIONED_CONCURRENCY',
    z.coerce.number().int().nonnegative().default(100),
  ),
};

/** As client-go names and means them. */
const leaderElection = {
  /** Whether only one of several operators works at a time. Without it there may be but one. */
  enabled: setting('operator.leaderElection.enabled', 'NAMI_LEADER_ELECTION', flag.prefault('true')),
  /** Seconds that the others wait once they have seen the leader's last sign of life. */
  leaseDurationSeconds: setting(
    'operator.leaderElection.leaseDurationSeconds',
    'NAMI_LEASE_DURATION_SECONDS',
    z.coerce.number().int().min(2).default(15),
  ),
  /** Seconds after which a leader that could not renew its lease ends. */
  renewDeadlineSeconds: setting(
    'operator.leaderElection.renewDeadlineSeconds',
    'NAMI_RENEW_DEADLINE_SECONDS',
    seconds(10),
  ),
  /** Seconds between two tries to have the lease, or to renew it. */
  retryPeriodSeconds: setting(
    'operator.leaderElection.retryPeriodSeconds',
    'NAMI_RETRY_PERIOD_SECONDS',
    seconds(2),
  ),
  /** Name of the Lease; default: nami-operator. */
  leaseName: setting('operator.leaderElection.leaseName', 'NAMI_LEASE_NAME', z.string().max(253).default('')),
  /** Namespace of the Lease; default: that of the operator's pod. */
  namespace: setting('operator.leaderElection.namespace', 'NAMI_NAMESPACE', z.string().max(63).default('')),
};

/** What is told of the operator to Prometheus. */
const metrics = {
  enabled: setting('operator.metrics.enabled', 'NAMI_METRICS', flag.prefault('true')),
  /** Whether who reads them must show a token of this cluster, and have the right to get /metrics. */
  authentication: setting('operator.metrics.authentication', 'NAMI_METRICS_AUTHENTICATION', flag),
};

export const SETTINGS = {
  /** Region of pipelines that name none. */
  region: setting(
    'aws.region',
    'AWS_REGION',
    z
      .string()
      .min(1, 'set it to the AWS region in which pipelines are built by default, such as eu-central-1'),
  ),
  /** Name of this cluster in tags and names; default: the UID of the namespace kube-system. */
  cluster: setting('operator.cluster', 'NAMI_CLUSTER', z.string().max(128).default('')),
  /** Namespaces whose pipelines are looked after; empty: all. */
  watchNamespaces: setting('operator.watchNamespaces', 'NAMI_WATCH_NAMESPACES', list),
  /** What the path of an endpoint is made of when the pipeline names none. */
  endpointPaths: setting(
    'operator.endpointPaths',
    'NAMI_ENDPOINT_PATHS',
    z.enum(['name', 'namespace-name']).default('name'),
  ),
  /** Form of an endpoint's URL. */
  endpointUrlTemplate: setting(
    'operator.endpointUrlTemplate',
    'NAMI_ENDPOINT_URL_TEMPLATE',
    z
      .string()
      .refine(
        (text) => text.includes('{path}'),
        'it must contain {path}; {api}, {region}, {dnsSuffix} and {stage} may stand in it too',
      )
      .default('https://{api}.execute-api.{region}.{dnsSuffix}/{stage}/nami/{path}'),
  ),
  /**
   * Domain names of the gateway, each of one region (default: the operator's): JSON. The URL of an endpoint has the first of
   * its region that leads to it.
   */
  domains: setting('operator.domains', 'NAMI_DOMAINS', jsonDomains),
  /** Whether the gateway's own address, execute-api, is closed once all domain names of its region lead to it. */
  disableExecuteApiEndpoint: setting(
    'operator.disableExecuteApiEndpoint',
    'NAMI_DISABLE_EXECUTE_API_ENDPOINT',
    flag,
  ),
  /**
   * Resources that one REST API may have, of which each endpoint is one: beyond them another is opened. AWS's own quota
   * (API Gateway: "Resources per API") can be raised.
   */
  resourcesPerApi: setting(
    'operator.resourcesPerApi',
    'NAMI_RESOURCES_PER_API',
    z.coerce.number().int().min(10).max(10_000).default(300),
  ),
  /** Address range of the region's shared network. */
  networkCidr: setting(
    'operator.networkCidr',
    'NAMI_NETWORK_CIDR',
    z
      .string()
      .regex(
        /^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-4])$/,
        'it must be an IPv4 range between /16 and /24, such as 10.77.0.0/16',
      )
      .default('10.77.0.0/16'),
  ),
  /** First part of the IAM path of every role, and of the names of SSM parameters. */
  iamPath: setting(
    'aws.iamPath',
    'NAMI_IAM_PATH',
    z
      .string()
      .max(64)
      .regex(
        /^\/(?!aws)([A-Za-z0-9_.-]+\/)+$/,
        'it must be like /nami/: letters, digits, ".", "_" and "-" between slashes, and not begin with /aws',
      )
      .default('/nami/'),
  ),
  /** ARN of the policy that bounds every role. */
  permissionsBoundaryArn: setting(
    'aws.permissionsBoundary',
    'NAMI_PERMISSIONS_BOUNDARY',
    z.string().default(''),
  ),
  /** Tags on everything in AWS, beside the operator's own, from the call on that makes it: JSON. */
  tags: setting('operator.tags', 'NAMI_TAGS', jsonTags),
  allowed,
  /** Whether the gateway and the shared network go with the last pipeline of a region. */
  deleteSharedObjects: setting('operator.deleteSharedObjects', 'NAMI_DELETE_SHARED_OBJECTS', flag),
  /** Seconds between two looks at a pipeline that is well: its Secrets, its queue, its store. */
  lookSeconds: setting('operator.lookSeconds', 'NAMI_LOOK_SECONDS', seconds(60)),
  /** Seconds after which AWS is compared with the plan although nothing changed. */
  resyncSeconds: setting('operator.resyncSeconds', 'NAMI_RESYNC_SECONDS', seconds(600)),
  /** Seconds that a queue must look empty before it is deleted; SQS's counts may lag a minute behind. */
  queueSettleSeconds: setting('operator.queueSettleSeconds', 'NAMI_QUEUE_SETTLE_SECONDS', seconds(60)),
  /** Seconds that a deletion waits for the queue to drain before it asks the user. */
  drainSeconds: setting('operator.drainSeconds', 'NAMI_DRAIN_SECONDS', seconds(600)),
  /** The operator's share of the rates that AWS publishes; more than 1 where AWS has raised the account's quotas. */
  rateShare: setting(
    'operator.rateShare',
    'NAMI_RATE_SHARE',
    z.coerce.number().positive().max(100).default(0.5),
  ),
  /** Pipelines worked on at the same time. */
  workers: setting('operator.workers', 'NAMI_WORKERS', z.coerce.number().int().min(1).max(64).default(8)),
  /** Port of the probes and the metrics; 0: any that is free. */
  port: setting('operator.port', 'NAMI_PORT', z.coerce.number().int().min(0).max(65_535).default(8080)),
  leaderElection,
  metrics,
  logLevel: setting(
    'operator.logLevel',
    'NAMI_LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  ),
};

type Values<Settings> = {
  readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer Type>
    ? z.output<Type>
    : Values<Settings[Name]>;
};

/** The settings as they are, in the shape of {@link SETTINGS}. */
export type Config = Values<typeof SETTINGS>;

/** A setting that can't be used. The message names it and says what to set. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the settings; throws {@link ConfigError} with one line for each that is wrong. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable is one that a template left out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { AWS_REGION = given.AWS_DEFAULT_REGION } = given;
  const wrong: string[] = [];
  const read = ({ variable, type }: Setting): unknown => {
    const parsed = type.safeParse({ ...given, AWS_REGION }[variable]);
    if (!parsed.success) wrong.push(...parsed.error.issues.map((issue) => complaint(variable, issue)));
    return parsed.data;
  };
  const config = valuesOf(SETTINGS, read) as Config;
  if (wrong.length === 0) wrong.push(...contradictions(config));
  if (wrong.length > 0) throw new ConfigError(wrong.join('\n'));
  return config;
}

/** What settings must be to each other. */
function contradictions({ leaderElection: times, domains, region: standard }: Config): string[] {
  const { leaseDurationSeconds: lease, renewDeadlineSeconds: renew, retryPeriodSeconds: retry } = times;
  const wrong: string[] = [];
  if (renew >= lease)
    wrong.push(
      `NAMI_RENEW_DEADLINE_SECONDS (${renew}) must be less than NAMI_LEASE_DURATION_SECONDS (${lease}): a leader has to be at rest before another takes its place`,
    );
  for (const { name, region = standard, certificateArn } of domains) {
    if (certificateArn.split(':')[3] !== region)
      wrong.push(
        `NAMI_DOMAINS: the certificate of ${name} must be in the region of its gateway, ${region}: set another certificateArn, or another region`,
      );
  }
  if (retry * RETRY_JITTER >= renew)
    wrong.push(
      `NAMI_RETRY_PERIOD_SECONDS (${retry}), times ${RETRY_JITTER}, must be less than NAMI_RENEW_DEADLINE_SECONDS (${renew}): a leader has to be able to try again`,
    );
  return wrong;
}

interface Settings {
  readonly [name: string]: Setting | Settings;
}

function valuesOf(settings: Settings, read: (setting: Setting) => unknown): unknown {
  return Object.fromEntries(
    Object.entries(settings).map(([name, each]) => [
      name,
      isSetting(each) ? read(each) : valuesOf(each, read),
    ]),
  );
}

const isSetting = (each: Setting | Settings): each is Setting => each.type instanceof z.ZodType;

const complaint = (variable: string, { code, message }: z.core.$ZodIssue): string =>
  code === 'invalid_type' && variable === 'AWS_REGION'
    ? 'AWS_REGION is not set: set it to the region in which pipelines are built by default, such as eu-central-1'
    : `${variable} cannot be used: ${message}`;
