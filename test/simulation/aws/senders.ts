import { PRE_QUEUE_ENV } from '../../../handlers/contract.ts';
import type { ApiGateway, Stage } from './api-gateway.ts';
import type { Lambda } from './lambda.ts';
import type { Surroundings } from './service.ts';
import type { Sqs } from './sqs.ts';

/** What a sender gets. */
export interface Answer {
  readonly status: number;
  /** The event that was accepted. */
  readonly event?: string;
}

const STAGE = 'live';
const FORBIDDEN = 403;
const FAILED = 500;
const ACCEPTED = 200;
const UNAVAILABLE = 503;

/** Who posts deliveries. They get what the gateway and the pre-queue function would answer. */
export class Senders {
  /** Every event that was accepted: none of them may be lost. */
  readonly accepted = new Set<string>();
  readonly #around: Surroundings;
  readonly #gateway: ApiGateway;
  readonly #lambda: Lambda;
  readonly #sqs: Sqs;

  constructor(around: Surroundings, aws: { apiGateway: ApiGateway; lambda: Lambda; sqs: Sqs }) {
    this.#around = around;
    this.#gateway = aws.apiGateway;
    this.#lambda = aws.lambda;
    this.#sqs = aws.sqs;
  }

  /** Posts one delivery to `/nami/<path>` of the API that shows it, or of the first that has a stage. */
  post(path: string): Answer {
    const stages = this.#gateway.stages.filter(({ name }) => name === STAGE);
    const showing = stages.find(({ restApiId, deploymentId }) =>
      Object.hasOwn(
        this.#gateway.deployments.get(`${restApiId}/${deploymentId}`)?.routes ?? {},
        `/nami/${path}`,
      ),
    );
    const stage = showing ?? stages[0];
    if (!stage || stage.isClosed) return { status: FORBIDDEN };
    return this.#postTo(stage, path);
  }

  /** Posts one delivery to an URL, of a domain name or of an API itself. */
  postTo(url: string): Answer {
    const { hostname, pathname } = new URL(url);
    const [, prefix = '', path = ''] = /^\/(?:(.+)\/)?nami\/([^/]+)$/.exec(pathname) ?? [];
    const { domainNames, mappings } = this.#gateway.domains;
    if (domainNames.has(hostname)) {
      const mapping = mappings.get(`${hostname}/${prefix || '(none)'}`);
      const stage = mapping && this.#gateway.stages.get(`${mapping.restApiId}/${mapping.stage}`);
      return stage ? this.#postTo(stage, path) : { status: FORBIDDEN };
    }
    const stage = this.#gateway.stages.get(`${hostname.split('.')[0]}/${prefix}`);
    return !stage || stage.isClosed ? { status: FORBIDDEN } : this.#postTo(stage, path);
  }

  #postTo({ restApiId, deploymentId }: Stage, path: string): Answer {
    const own = (type: string, standard: number): Answer => ({
      status: this.#gateway.ownStatus(restApiId, type, standard),
    });
    const { routes = {}, closed } = this.#gateway.deployments.get(`${restApiId}/${deploymentId}`) ?? {};
    const fullPath = `/nami/${path}`;
    if (closed?.includes(fullPath)) return { status: FORBIDDEN };
    const uri = routes[fullPath]?.ANY;
    if (uri === undefined) return own('MISSING_AUTHENTICATION_TOKEN', FORBIDDEN);
    const [, functionName = '', alias = ''] = /:function:([^:/]+):([^:/]+)\/invocations$/.exec(uri) ?? [];
    const invoked = this.#lambda.versionOf(functionName, alias);
    const { partition, region, accountId } = this.#around;
    const caller = `arn:${partition}:execute-api:${region}:${accountId}:${restApiId}/${STAGE}/POST${fullPath}`;
    if (!invoked || this.#lambda.refusalOf(invoked) || !this.#lambda.lets(functionName, alias, caller))
      return own('INTEGRATION_FAILURE', FAILED);
    const event = this.#around.newId('event');
    const queue = this.#sqs.nameOf(invoked.environment[PRE_QUEUE_ENV.queueUrl] ?? '');
    if (!this.#sqs.send(queue, event)) return { status: UNAVAILABLE };
    this.accepted.add(event);
    return { status: ACCEPTED, event };
  }
}
