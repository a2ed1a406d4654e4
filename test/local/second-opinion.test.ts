import { IAMClient, SimulateCustomPolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../local/aws.ts';
import { Processes } from '../../local/processes.ts';
import { preparePython } from '../../local/tools/python.ts';
import { type Access, accessesOf } from '../iam/access.ts';
import { accessLog } from '../iam/access-log.ts';
import { callsOn, FOREIGN, gatewayCallsOn, OURS, scene, THEIRS } from '../iam/attack-scene.ts';
import { decide, operatorPolicy } from '../iam/policies.ts';
import { NOTHING_STAYS, wholeLife } from '../simulation/whole-life.ts';
import { simulate } from '../simulation/world.ts';

/**
 * IAM as MiniStack has it, beside IAM as the library has it that judges all simulations: of the same questions about the
 * operator's policy both say the same. MiniStack's simulator looks at actions and resources, and takes no condition keys.
 */

const REGION = 'eu-central-1';
const FOLDER = '.nami/test-second-opinion';
const CONCURRENT = 8;

const policy = operatorPolicy();
/** What the policy says of actions and resources: without its conditions, and without what it denies under some. */
const unconditional = {
  ...policy,
  Statement: policy.Statement.filter(
    ({ Effect, Condition }) => Effect === 'Allow' || Condition === undefined,
  ).map(({ Condition: _, ...statement }) => statement),
};
const PolicyInputList = [JSON.stringify(unconditional)];

let processes: Processes;
let iam: IAMClient;
let questions: readonly Access[];

beforeAll(async () => {
  await wholeLife(await simulate({ settings: NOTHING_STAYS }));
  const calls = [OURS, THEIRS, FOREIGN].flatMap((who) => [
    ...Object.values(callsOn(who)).flat(),
    ...gatewayCallsOn(who),
  ]);
  questions = [...accessLog.asked, ...calls.flatMap((call) => accessesOf(call, scene))];

  processes = await Processes.open(FOLDER, () => {});
  const emulators: Emulators = await startEmulators(
    FOLDER,
    await preparePython(processes, () => {}),
    'http://127.0.0.1:1',
    REGION,
    processes,
  );
  iam = new IAMClient({
    endpoint: emulators.miniStackUrl,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}, 120_000);
afterAll(async () => await processes?.stop());

async function isAllowedByMiniStack({ action, resource }: Access): Promise<boolean> {
  const answer = await iam.send(
    new SimulateCustomPolicyCommand({ PolicyInputList, ActionNames: [action], ResourceArns: [resource] }),
  );
  return answer.EvaluationResults?.[0]?.EvalDecision === 'allowed';
}

const isAllowedByLibrary = async (access: Access) => (await decide(access, unconditional)).allowed;

test('two simulators of IAM say the same of every call of a life, and of every attack', async () => {
  const verdicts = { allowed: 0, denied: 0 };
  const disputed: string[] = [];
  for (let at = 0; at < questions.length; at += CONCURRENT) {
    await Promise.all(
      questions.slice(at, at + CONCURRENT).map(async (access) => {
        const [one, other] = await Promise.all([isAllowedByLibrary(access), isAllowedByMiniStack(access)]);
        verdicts[one ? 'allowed' : 'denied'] += 1;
        if (one !== other)
          disputed.push(
            `${access.action} on ${access.resource}: ${one} to the library, ${other} to MiniStack`,
          );
      }),
    );
  }
  console.log(`allowed ${verdicts.allowed}, denied ${verdicts.denied}`);
  expect(disputed).toEqual([]);
  expect(verdicts.allowed).toBeGreaterThan(200);
  expect(verdicts.denied).toBeGreaterThan(50);
});
