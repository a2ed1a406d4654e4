import { once } from 'node:events';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredImage } from './mongo-image.ts';

/** Where a machine finds this one. */
const GATEWAY = '10.0.2.2';
/** As test/host/files leads Docker and the aws command. */
const REGISTRY_PORT = 5000;
const AWS_PORT = 5001;

export const REGION = 'eu-central-1';
export const IMAGE = `${GATEWAY}:${REGISTRY_PORT}/mongo:8.0`;
/** Argument of the kernel by which cloud-init finds its user data. */
export const CLOUD_INIT = `ds=nocloud-net;s=http://${GATEWAY}:${AWS_PORT}/seed/`;
/** What the machine's payload runs, beside what the machine does: whatever it is told to, one after the other. */
export const FOLLOW_ORDERS = `#!/bin/bash
cat > /run/follow-orders <<'ORDERS'
while true; do
  curl -sS --fail --max-time 900 http://${GATEWAY}:${AWS_PORT}/order -o /run/order &&
    { bash /run/order 2>&1; echo "ended with $?"; } | curl -sS --data-binary @- http://${GATEWAY}:${AWS_PORT}/outcome
  sleep 1
done
ORDERS
systemd-run --unit follow-orders bash /run/follow-orders
`;

/** How long a machine may take to do what it is told to. */
const ORDER_SECONDS = 300;
const ROLE = 'host';
const ACCESS_KEY = 'ASIAHOST';
const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** How the services answer. */
export interface Behaviour {
  registry: 'answers' | 'throttles' | 'unreachable';
  ssm: 'answers' | 'refuses' | 'unreachable';
}

/**
 * What a host finds around it: a registry with one image, SSM with some parameters, the instance metadata service (version 2)
 * with the host's role, the user data, and whoever gives it orders.
 */
export class Surroundings {
  readonly behaviour: Behaviour = { registry: 'answers', ssm: 'answers' };
  readonly #image: StoredImage;
  readonly #parameters: Map<string, string>;
  readonly #servers: Server[] = [];
  #instance = { id: '', userData: '' };
  #order: { readonly script: string; readonly answer: (outcome: string) => void } | undefined;
  #outcome: ((outcome: string) => void) | undefined;

  /** `parameters`: by their names. */
  constructor(image: StoredImage, parameters: Map<string, string>) {
    this.#image = image;
    this.#parameters = parameters;
  }

  async start(): Promise<void> {
    for (const [port, answer] of [
      [REGISTRY_PORT, this.#registry],
      [AWS_PORT, this.#aws],
    ] as const) {
      const server = createServer((request, response) => {
        answer.call(this, request, response).catch((error: Error) => response.destroy(error));
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      this.#servers.push(server);
    }
  }

  stop(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** Whose user data the next machine gets. */
  launch(id: string, userData: string): void {
    this.#instance = { id, userData };
    this.#order = undefined;
    this.#outcome = undefined;
  }

  /** Has the machine run a script, and answers what that wrote. */
  async run(script: string): Promise<string> {
    const answered = new Promise<string>((answer) => {
      this.#order = { script, answer };
    });
    const outcome = await Promise.race([
      answered,
      sleep(ORDER_SECONDS * 1000, 'it does not answer', { ref: false }),
    ]);
    if (!/ended with 0\s*$/.test(outcome)) throw new Error(`on the host:\n${script}\n${outcome}`);
    return outcome.replace(/ended with 0\s*$/, '').trim();
  }

  async #registry({ method, url = '', socket }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { registry } = this.behaviour;
    if (registry === 'unreachable') return void socket.destroy();
    if (registry === 'throttles')
      return send(response, 429, {
        errors: [{ code: 'TOOMANYREQUESTS', message: 'too many pulls: slow down' }],
      });
    const [, kind, name] = /^\/v2\/mongo\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    if (url === '/v2/') return send(response, 200, {});
    const digest = kind === 'manifests' && name === '8.0' ? this.#image.manifest : (name ?? '');
    const file = join(this.#image.folder, digest);
    if (!digest.startsWith('sha256:') || !existsSync(file)) return send(response, 404, { errors: [] });
    response.writeHead(200, {
      'content-type': kind === 'manifests' ? MANIFEST : 'application/octet-stream',
      'content-length': statSync(file).size,
      'docker-content-digest': digest,
    });
    if (method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  }

  async #aws(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '', headers, socket } = request;
    const path = url.split('?')[0] ?? '';
    switch (`${method} ${path}`) {
      case 'GET /seed/meta-data':
        return send(response, 200, { 'instance-id': this.#instance.id, 'local-hostname': 'host' });
      case 'GET /seed/user-data':
        return void response.end(this.#instance.userData);
      case 'GET /seed/vendor-data':
        return void response.end('');
      case 'GET /order':
        return await this.#giveOrder(response);
      case 'POST /outcome':
        this.#outcome?.(await text(request));
        return void response.end();
      case 'PUT /latest/api/token':
        return void response.writeHead(200, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end('token');
      case 'POST /':
        break;
      default:
        return headers['x-aws-ec2-metadata-token'] === 'token'
          ? metadata(path, response)
          : send(response, path.startsWith('/latest/') ? 401 : 404, {});
    }
    const { ssm } = this.behaviour;
    if (ssm === 'unreachable') return void socket.destroy();
    const wanted = JSON.parse((await buffer(request)).toString()) as {
      Name?: string;
      WithDecryption?: boolean;
    };
    const isSigned = headers.authorization?.includes(`Credential=${ACCESS_KEY}/`);
    const { Name = '' } = wanted;
    const Value = this.#parameters.get(Name);
    if (ssm === 'refuses' || !isSigned || !wanted.WithDecryption || Value === undefined)
      return send(response, 400, {
        __type: 'AccessDeniedException',
        message: 'not authorized to ssm:GetParameter',
      });
    return send(response, 200, { Parameter: { Name, Type: 'SecureString', Value } });
  }

  /** The machine asks with patience; an order is given once. */
  async #giveOrder(response: ServerResponse): Promise<void> {
    while (this.#order === undefined && !response.destroyed) await sleep(200);
    if (response.destroyed || this.#order === undefined) return;
    const { script, answer } = this.#order;
    this.#order = undefined;
    this.#outcome = answer;
    response.end(script);
  }
}

/** The instance's own address of AWS: nothing there but its role. */
function metadata(path: string, response: ServerResponse): void {
  const roles = '/latest/meta-data/iam/security-credentials/';
  if (path === roles) response.end(ROLE);
  else if (path === `${roles}${ROLE}`) send(response, 200, credentials());
  else send(response, 404, {});
}

const credentials = () => ({
  Code: 'Success',
  Type: 'AWS-HMAC',
  AccessKeyId: ACCESS_KEY,
  SecretAccessKey: 'secret',
  Token: 'session',
  LastUpdated: new Date().toISOString(),
  Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
});

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
