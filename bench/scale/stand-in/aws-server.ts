import type { AwsAccount } from '../../../test/simulation/aws/aws-account.ts';
import { AwsError } from '../../../test/simulation/aws/aws-error.ts';
import { type LoopbackServer, serveLoopback } from '../../loopback-server.ts';
import { membersFromJson, membersToJson } from './json.ts';
import { errorXml, formOf, readForm, writeXml } from './query.ts';
import { type HttpAnswer, type HttpRequest, labelsIn, readRest, writeRest } from './rest.ts';
import { type Operation, WIRES, type Wire } from './schemas.ts';

interface Asked {
  readonly command: string;
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Serves a simulated account to the SDK, in AWS's own protocols; what service is meant, the signature says. */
export async function serveAws(account: AwsAccount): Promise<LoopbackServer> {
  // The SDK sends what is asked of a queue to the host of the queue's URL.
  const queues = `https://sqs.${account.around.region}.amazonaws.com`;
  return await serveLoopback(async ({ method = '', url = '/', headers }, body, response) => {
    const here = `http://${headers.host}`;
    const request = { method, url: new URL(url, here), headers, body: body.replaceAll(here, queues) };
    const answer = await answerTo(account, request).catch((error: unknown): HttpAnswer => {
      console.error('the stand-in of AWS has failed:', error);
      return { status: 501, headers: {}, body: '' };
    });
    const { status, headers: told, body: said } = answer;
    response.writeHead(status, told).end(typeof said === 'string' ? said.replaceAll(queues, here) : said);
  });
}

async function answerTo(account: AwsAccount, request: HttpRequest): Promise<HttpAnswer> {
  const [, signedFor = ''] =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
  const wire = WIRES[signedFor];
  if (wire === undefined) throw new Error(`no request to "${signedFor}" is expected`);
  const { command, operation, input } = read(account, wire, request);
  try {
    return write(wire, command, operation, await account.call(wire.service, command, input, 1));
  } catch (error) {
    if (error instanceof AwsError) return refusal(wire, error);
    throw error;
  }
}

function read(account: AwsAccount, wire: Wire, request: HttpRequest): Asked {
  if (wire.protocol === 'rest-json') {
    for (const command of account.commandsOf(wire.service)) {
      const operation = wire.operation(command);
      const labels = labelsIn(operation, request);
      if (labels) return { command, operation, input: readRest(operation, labels, request) };
    }
    throw new Error(`${wire.service} knows no ${request.method} ${request.url.pathname}`);
  }
  const { body } = request;
  if (wire.protocol === 'json') {
    const command = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const operation = wire.operation(command);
    const members = [...operation.input.structIterator()];
    return { command, operation, input: membersFromJson(members, JSON.parse(body)) };
  }
  const form = formOf(body);
  const command = String(form.Action);
  const operation = wire.operation(command);
  return { command, operation, input: readForm(wire.protocol, operation.input, form) as Asked['input'] };
}

function write({ protocol }: Wire, command: string, operation: Operation, output: object): HttpAnswer {
  const { output: schema } = operation;
  if (protocol === 'rest-json') {
    if (schema.isStructSchema()) return writeRest(operation, output as Readonly<Record<string, unknown>>);
    return { status: operation.http?.[2] ?? 200, headers: {}, body: '' };
  }
  if (protocol === 'json') {
    const json = schema.isStructSchema() ? membersToJson([...schema.structIterator()], { ...output }) : {};
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(json),
    };
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: writeXml(protocol, command, schema, output),
  };
}

function refusal({ protocol }: Wire, error: AwsError): HttpAnswer {
  const { name, message } = error;
  const status = error.$metadata.httpStatusCode ?? 400;
  if (protocol === 'query' || protocol === 'ec2-query')
    return { status, headers: { 'content-type': 'text/xml' }, body: errorXml(protocol, name, message) };
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ __type: name, message }),
  };
}
