/** What AWS's documentation allows an answer to be, and hardly any answer is. */

/** Changes an answer before it goes out. */
export type Oddity = (command: string, answer: Readonly<Record<string, unknown>>) => object;

type Row = Readonly<Record<string, unknown>>;

/** Each row of a list under `key`, or of lists in the rows of it, with other fields. */
const each =
  (change: (row: Row) => object, ...keys: readonly string[]) =>
  (answer: Row): object => {
    const [key = '', ...rest] = keys;
    const rows = answer[key] as readonly Row[] | undefined;
    if (rows === undefined) return answer;
    return {
      ...answer,
      [key]: rows.map((row) => (rest.length === 0 ? change(row) : each(change, ...rest)(row))),
    };
  };

const STATE = 'something-new';
const withState = (name: string) => (row: Row) => ({ ...row, [name]: STATE });

/** A state that nobody has heard of, by the command that shows it. */
const UNKNOWN: Readonly<Record<string, (answer: Row) => object>> = {
  GetFunction: (answer) => ({
    ...answer,
    Configuration: { ...(answer.Configuration as object), State: STATE, LastUpdateStatus: STATE },
  }),
  GetFunctionConfiguration: (answer) => ({ ...answer, State: STATE, LastUpdateStatus: STATE }),
  ListEventSourceMappings: each(withState('State'), 'EventSourceMappings'),
  GetEventSourceMapping: withState('State'),
  GetProvisionedConcurrencyConfig: withState('Status'),
  DescribeInstances: each((row) => ({ ...row, State: { Name: STATE } }), 'Reservations', 'Instances'),
  DescribeSnapshots: each(withState('State'), 'Snapshots'),
  DescribeVolumes: each(withState('State'), 'Volumes'),
  GetDomainName: withState('domainNameStatus'),
};

/** The commands that show states. */
export const STATEFUL: readonly string[] = Object.keys(UNKNOWN);

/** The states that these commands show are unknown ones. */
export const unknownStates =
  (...commands: readonly string[]): Oddity =>
  (command, answer) =>
    commands.includes(command) ? (UNKNOWN[command]?.(answer) ?? answer) : answer;

/** Lists that come in pages: what asks for the next page, and what tells of one. */
export const PAGED: Readonly<Record<string, { readonly asks: string; readonly tells: string }>> = {
  DescribeAlarms: { asks: 'NextToken', tells: 'NextToken' },
  DescribeInstances: { asks: 'NextToken', tells: 'NextToken' },
  DescribeInstanceTypeOfferings: { asks: 'NextToken', tells: 'NextToken' },
  DescribeInternetGateways: { asks: 'NextToken', tells: 'NextToken' },
  DescribeLogGroups: { asks: 'nextToken', tells: 'nextToken' },
  DescribeRouteTables: { asks: 'NextToken', tells: 'NextToken' },
  DescribeSecurityGroups: { asks: 'NextToken', tells: 'NextToken' },
  DescribeSnapshots: { asks: 'NextToken', tells: 'NextToken' },
  DescribeSubnets: { asks: 'NextToken', tells: 'NextToken' },
  DescribeVolumes: { asks: 'NextToken', tells: 'NextToken' },
  DescribeVpcs: { asks: 'NextToken', tells: 'NextToken' },
  GetBasePathMappings: { asks: 'position', tells: 'position' },
  GetDomainNames: { asks: 'position', tells: 'position' },
  GetDeployments: { asks: 'position', tells: 'position' },
  GetParametersByPath: { asks: 'NextToken', tells: 'NextToken' },
  GetResources: { asks: 'position', tells: 'position' },
  GetRestApis: { asks: 'position', tells: 'position' },
  ListEventSourceMappings: { asks: 'Marker', tells: 'NextMarker' },
  ListFunctions: { asks: 'Marker', tells: 'NextMarker' },
  ListInstanceProfiles: { asks: 'Marker', tells: 'Marker' },
  ListProvisionedConcurrencyConfigs: { asks: 'Marker', tells: 'NextMarker' },
  ListQueues: { asks: 'NextToken', tells: 'NextToken' },
  ListRoles: { asks: 'Marker', tells: 'Marker' },
  ListVersionsByFunction: { asks: 'Marker', tells: 'NextMarker' },
};

/** What is asked for by its id is no list. */
const NAMED = ['InstanceIds', 'VolumeIds', 'GroupIds', 'AlarmNames'];

/** Token of the page after the one that has nothing. */
const AFTER_NOTHING = 'after-nothing';

/**
 * The first page of each list has nothing, and a token of the next. Answers what is to be asked instead of the input, or
 * the page itself.
 */
export function emptyFirstPage(
  service: string,
  command: string,
  input: Row,
): { readonly page: object } | { readonly input: Row } {
  const paged = PAGED[command];
  // The tagging service has a command of the same name.
  if (paged === undefined || service === 'tag' || NAMED.some((ids) => input[ids] !== undefined))
    return { input };
  const { asks, tells } = paged;
  if (input[asks] === AFTER_NOTHING) return { input: { ...input, [asks]: undefined } };
  if (input[asks] !== undefined) return { input };
  return { page: { [tells]: AFTER_NOTHING, ...(service === 'iam' && { IsTruncated: true }) } };
}
