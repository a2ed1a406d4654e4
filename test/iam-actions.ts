/** From SDK commands to the IAM actions that they need. (AWS: Service Authorization Reference.) */

/** IAM's name of a service, by the SDK's client. */
const PREFIXES: Readonly<Record<string, string>> = {
  'api-gateway': 'apigateway',
  'cloudwatch-logs': 'logs',
  'resource-groups-tagging-api': 'tag',
  'route-53': 'route53',
};

/** Actions that are not called like their command. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  'lambda:Invoke': ['lambda:InvokeFunction'],
  // Anyone may ask who he is.
  'sts:GetCallerIdentity': [],
};

/** API Gateway's actions are the verbs of HTTP. */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/^Get/, 'GET'],
  [/^Create/, 'POST'],
  [/^(Put|TagResource)/, 'PUT'],
  [/^Update/, 'PATCH'],
  [/^(Delete|Untag)/, 'DELETE'],
];

export function actionsOf(client: string, command: string): readonly string[] {
  const service = PREFIXES[client] ?? client;
  if (service === 'apigateway') {
    const verb = VERBS.find(([pattern]) => pattern.test(command))?.[1];
    return [`apigateway:${verb ?? command}`];
  }
  const action = `${service}:${command}`;
  return RENAMED[action] ?? [action];
}

interface Policy {
  readonly Statement: readonly { readonly Effect: string; readonly Action: string | readonly string[] }[];
}

export function allowedActions({ Statement }: Policy): Set<string> {
  return new Set(
    Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => [Action].flat()),
  );
}
