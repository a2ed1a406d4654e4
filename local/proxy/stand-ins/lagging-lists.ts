import { type AwsCall, type AwsResponse, isMutating } from '../aws-request.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

/** Reads of many objects. One object asked for by its name, as GetFunction does, is seen at once. */
const LIST = /^(List|Describe)|^Get(RestApis|Resources|Stages|GatewayResponses|ParametersByPath)$/;

interface KeptAnswer {
  /** When it was asked for, in milliseconds since the epoch. */
  readonly at: number;
  readonly answer: AwsResponse;
}

/** One list, as somebody asks for it: the very same request. */
interface List {
  readonly ask: () => Promise<AwsResponse>;
  /** The earliest first. */
  answers: KeptAnswer[];
}

/** What is known of one service in one region. */
interface Service {
  readonly lists: Map<string, List>;
  /** When it was changed, the earliest first. Milliseconds since the epoch. */
  readonly changes: number[];
}

/**
 * Each list is some seconds old. An emulator can't be asked for the past, so what was there is kept: just before each
 * change of a service, every list of it that was ever asked for is asked for anew. That makes each of them exact as of
 * the lag ago, whoever asks and however seldom. Only a list that nobody had asked for before the changes within the lag
 * is answered as it was when it was asked for first: a controller looks before it makes.
 */
export function laggingLists(behaviour: RealisticBehaviour): StandIn {
  const services = new Map<string, Service>();
  const lagAgo = () => Date.now() - behaviour.listLagMilliseconds;

  async function read({ changes }: Service, list: List): Promise<AwsResponse> {
    const since = lagAgo();
    const change = changes.find((at) => at > since);
    if (change === undefined) list.answers = [];
    const past = change !== undefined && list.answers.findLast(({ at }) => at <= change);
    const [known] = past ? [past] : list.answers;
    if (known) return known.answer;
    const now = await look(list);
    list.answers.push(now);
    return now.answer;
  }

  async function change({ lists, changes }: Service, next: () => Promise<AwsResponse>): Promise<AwsResponse> {
    // What takes its time in AWS changes by itself, too.
    const since = Math.max(changes.at(-1) ?? 0, lagAgo());
    const outdated = [...lists.values()].filter(({ answers }) => (answers.at(-1)?.at ?? 0) <= since);
    await Promise.all(outdated.map(async (list) => list.answers.push(await look(list))));
    changes.push(Date.now());
    return await next();
  }

  return {
    calls: 'every',
    follows: 'Amazon EC2 Developer Guide, "Eventual consistency in the Amazon EC2 API"',
    async answer(call, next) {
      if (behaviour.listLagMilliseconds === 0) return await next();
      const name = `${call.service} ${call.region}`;
      const service = services.get(name) ?? { lists: new Map(), changes: [] };
      services.set(name, service);
      if (isMutating(call.action)) return await change(service, next);
      if (!LIST.test(call.action)) return await next();
      const key = keyOf(call);
      const list = service.lists.get(key) ?? { ask: next, answers: [] };
      service.lists.set(key, list);
      return await read(service, list);
    },
  };
}

async function look(list: List): Promise<KeptAnswer> {
  const at = Date.now();
  return { at, answer: await list.ask() };
}

const keyOf = ({ action, method, url, body }: AwsCall) => [action, method, url, body.toString()].join('\n');
