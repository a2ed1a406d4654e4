import policy from '../../deploy/iam/operator-policy.json' with { type: 'json' };

/** A condition under which a right is given, as IAM's simulator takes it. */
export interface ContextEntry {
  readonly ContextKeyName: string;
  readonly ContextKeyValues: readonly string[];
  readonly ContextKeyType: 'string';
}

/** What one statement of the operator's policy gives. */
export interface Rights {
  readonly sid: string;
  readonly actions: readonly string[];
  /** ARNs without wildcards: examples of what the operator makes. */
  readonly resources: readonly string[];
  readonly context: readonly ContextEntry[];
}

/** Where the rights are to hold, and the operator's settings that stand in ARNs. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  readonly iamPath: string;
  /** The name of the cluster in tags. */
  readonly cluster: string;
  readonly permissionsBoundaryArn: string;
  /** As bucket or bucket/prefix. */
  readonly codeBuckets: readonly string[];
  /** Where domain names have their records. */
  readonly hostedZoneIds: readonly string[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const listOf = (value: string | readonly string[]): readonly string[] => [value].flat();

/** The rights that `deploy/iam` gives the operator. Those that not everybody needs are wanted where the settings say so. */
export function wantedRights(place: Place, statements: readonly Statement[] = policy.Statement): Rights[] {
  return statements.flatMap(({ Sid: sid, Effect, Action, Resource, Condition = {} }) => {
    const resources = listOf(Resource).flatMap((arn) => examples(arn, place));
    if (Effect !== 'Allow' || resources.length === 0) return [];
    return [{ sid, actions: listOf(Action), resources, context: contextOf(Condition, place) }];
  });
}

/** A name as the operator's objects bear it. */
export const NAME = 'nami-check';

function examples(arn: string, place: Place): string[] {
  const { partition, codeBuckets, hostedZoneIds } = place;
  if (arn.includes('CODE_BUCKET'))
    return codeBuckets.map((bucket) => `arn:${partition}:s3:::${bucket.replace(/\/*$/, '')}/${NAME}`);
  if (arn.includes('HOSTED_ZONE_ID'))
    return hostedZoneIds.map((id) => `arn:${partition}:route53:::hostedzone/${id}`);
  return [example(arn, place)];
}

/** An ARN that a pattern of the policy matches, in the account at hand. */
function example(arn: string, place: Place): string {
  if (arn === '*') return arn;
  const [, , service, region, account, ...rest] = arn.split(':');
  const resource = rest
    .join(':')
    .replace('/nami/', place.iamPath)
    .replace(/nami-\*/, NAME)
    .replaceAll('*', NAME);
  return [
    'arn',
    place.partition,
    service,
    region === '*' ? place.region : region,
    account === '*' || account === 'ACCOUNT_ID' ? place.accountId : account,
    resource,
  ].join(':');
}

/** What a request must bring along so that the conditions of a statement hold; some hold for what it does without. */
function contextOf(conditions: NonNullable<Statement['Condition']>, place: Place): ContextEntry[] {
  return Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, value]) => {
      const [first = ''] = listOf(value);
      const isOfAbsence = operator === 'Null' ? first === 'true' : /Not/.test(operator);
      if (isOfAbsence) return [];
      // `Null: false` asks for the key alone.
      const given = operator === 'Null' ? NAME : contextValue(key, first, place);
      return [{ ContextKeyName: key, ContextKeyValues: [given], ContextKeyType: 'string' as const }];
    }),
  );
}

function contextValue(key: string, value: string, place: Place): string {
  if (key === 'iam:PermissionsBoundary' && place.permissionsBoundaryArn) return place.permissionsBoundaryArn;
  if (value === 'CLUSTER_NAME') return place.cluster;
  return value.startsWith('arn:') ? example(value, place) : value;
}
