/**
 * What runs in an environment: imports the function and asks the runtime API for one invocation after the other (AWS:
 * "Using the Lambda runtime API for custom runtimes"). Here the API's address ends in a path that names the environment,
 * because all of them share one server.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';

const { AWS_LAMBDA_RUNTIME_API = '', LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const api = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
// One connection, which an invocation waits on for as long as it takes.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const [file = '', name = ''] = _HANDLER.split('.');
const module = (await import(join(LAMBDA_TASK_ROOT, `${file}.mjs`))) as Record<
  string,
  (event: unknown, context: object) => Promise<unknown>
>;
const handler = module[name];
if (handler === undefined) throw new TypeError(`the function has no ${_HANDLER}`);

for (;;) {
  const { headers, text } = await call('GET', '/invocation/next');
  const awsRequestId = String(headers['lambda-runtime-aws-request-id']);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = { awsRequestId, getRemainingTimeInMillis: () => deadline - Date.now() };
  const invocation = `/invocation/${awsRequestId}`;
  try {
    const result = await handler(JSON.parse(text), context);
    await call('POST', `${invocation}/response`, JSON.stringify(result));
  } catch (error) {
    const { name: errorType, message: errorMessage } =
      error instanceof Error ? error : { name: 'Error', message: String(error) };
    await call('POST', `${invocation}/error`, JSON.stringify({ errorType, errorMessage }));
  }
}

function call(
  method: string,
  path: string,
  body?: string,
): Promise<{ headers: IncomingMessage['headers']; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${api}${path}`, { method, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
