import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { KubernetesClient } from './client.ts';
import type { KubernetesResource, ResourceType } from './resource.ts';

interface TokenReview extends KubernetesResource {
  spec: { token: string };
  status?: {
    authenticated?: boolean;
    user?: { username?: string; uid?: string; groups?: string[]; extra?: object };
  };
}

interface SubjectAccessReview extends KubernetesResource {
  spec: object;
  status?: { allowed?: boolean };
}

const tokenReviews: ResourceType<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
};

const subjectAccessReviews: ResourceType<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
};

/** What the API server says of whoever shows a token. */
export type Access = 'allowed' | 'unauthenticated' | 'forbidden';

/** Seconds for which an answer holds, and how many are kept. */
const HELD_SECONDS = 60;
const HELD = 100;
/** A metadata that says nothing: reviews are no objects that are kept. */
const NAMELESS = { name: '' };

/** Asks the API server whether whoever shows a token may get a path that is no object, such as /metrics. */
export class AccessReview {
  readonly #client: Pick<KubernetesClient, 'create'>;
  readonly #clock: Clock;
  readonly #held = new Map<string, { readonly access: Access; readonly at: number }>();

  constructor(client: Pick<KubernetesClient, 'create'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** `authorization` is the header of that name. */
  async mayGet(path: string, authorization: string | undefined): Promise<Access> {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) return 'unauthenticated';
    const key = createHash('sha256').update(`${path} ${token}`).digest('base64');
    const now = this.#clock.monotonic();
    const held = this.#held.get(key);
    if (held && now - held.at < HELD_SECONDS * 1000) return held.access;
    const access = await this.#review(path, token);
    this.#held.delete(key);
    this.#held.set(key, { access, at: now });
    const [oldest] = this.#held.keys();
    if (this.#held.size > HELD && oldest !== undefined) this.#held.delete(oldest);
    return access;
  }

  async #review(path: string, token: string): Promise<Access> {
    const { status } = await this.#client.create(tokenReviews, { metadata: NAMELESS, spec: { token } });
    if (!status?.authenticated) return 'unauthenticated';
    const { username: user, uid, groups, extra } = status.user ?? {};
    const review = await this.#client.create(subjectAccessReviews, {
      metadata: NAMELESS,
      spec: { user, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } },
    });
    return review.status?.allowed ? 'allowed' : 'forbidden';
  }
}
