import * as apiGateway from '@aws-sdk/client-api-gateway';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';

/** One HTTP request to an AWS API, as the proxy sees it. */
export interface AwsRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request that was understood. */
export interface AwsCall extends AwsRequest {
  /** As in IAM's action names: "ec2", "apigateway", "cloudwatch", … */
  readonly service: string;
  readonly region: string;
  /** The operation as the API reference names it: "RunInstances". */
  readonly action: string;
  /** The access key that signed it, which tells the operator's calls from those of functions and tests. */
  readonly accessKeyId: string;
}

/** A whole answer of an AWS API. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Where a service signs with another name than IAM knows it by. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch', tagging: 'tag' };

/**
 * Which operation a request calls. The service stands in the signature (SigV4's credential scope); the operation in
 * a header, a form field or, for REST services, in method and path. Undefined: not a signed AWS call.
 */
export function understand(request: AwsRequest): AwsCall | undefined {
  const scope = /Credential=([^/]+)\/[^/]+\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    header(request, 'authorization'),
  );
  const [, accessKeyId, region, signingName] = scope ?? [];
  if (accessKeyId === undefined || region === undefined || signingName === undefined) return undefined;
  const service = IAM_PREFIXES[signingName] ?? signingName;
  const action =
    header(request, 'x-amz-target').split('.').at(-1) ||
    formField(request, 'Action') ||
    restOperation(service, request);
  return { ...request, service, region, action: action || 'Unknown', accessKeyId };
}

export function header(request: AwsRequest, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

export function isForm(request: AwsRequest): boolean {
  return header(request, 'content-type').startsWith('application/x-www-form-urlencoded');
}

/** The form of a Query protocol call (EC2, IAM, STS). */
export function formOf(request: AwsRequest): URLSearchParams {
  return new URLSearchParams(request.body.toString('utf8'));
}

function formField(request: AwsRequest, name: string): string | undefined {
  return isForm(request) ? (formOf(request).get(name) ?? undefined) : undefined;
}

interface Route {
  readonly action: string;
  readonly method: string;
  readonly path: RegExp;
  /** A part of the operation's address that stands in the query: ImportRestApi is "/restapis?mode=import". */
  readonly query: string | undefined;
}

const REST_OPERATIONS: Readonly<Record<string, readonly Route[]>> = {
  apigateway: routesOf(apiGateway),
  lambda: routesOf(lambda),
  s3: routesOf(s3),
};

function restOperation(service: string, request: AwsRequest): string | undefined {
  const [path = '', query = ''] = request.url.split('?');
  return REST_OPERATIONS[service]?.find(
    (route) =>
      route.method === request.method &&
      route.path.test(path) &&
      (route.query === undefined || query.split('&').includes(route.query)),
  )?.action;
}

/** The SDK's own description of each operation, exported as `<Operation>$`, holds its method and path. */
function routesOf(sdk: object): Route[] {
  const routes: Route[] = [];
  for (const schema of Object.values(sdk)) {
    if (!Array.isArray(schema) || schema[0] !== 9) continue; // 9 marks an operation
    const [, , action, traits] = schema;
    const [method, address] = traits.http;
    const [path, query] = address.split('?');
    routes.push({ action, method, path: pathPattern(path), query });
  }
  // The more an address says, the earlier it is tried.
  return routes.sort((one, other) => Number(other.query !== undefined) - Number(one.query !== undefined));
}

function pathPattern(path: string): RegExp {
  const pattern = path
    .replace(/\/$/, '')
    .replace(/\{[^}]+\+\}/g, '.+')
    .replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${pattern}/?$`);
}

/** What a pipeline's traffic consists of: neither reading nor changing what the operator keeps. */
const DATA_ACTIONS: ReadonlySet<string> = new Set([
  'SendMessage',
  'SendMessageBatch',
  'ReceiveMessage',
  'DeleteMessage',
  'DeleteMessageBatch',
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'Invoke',
  'PutMetricData',
  'PutLogEvents',
]);

/** Whether an operation changes what is in the account. */
export function isMutating(action: string): boolean {
  return (
    !DATA_ACTIONS.has(action) && !/^(Get|List|Describe|Lookup|Simulate|Head|Assume|Filter|Test)/.test(action)
  );
}
