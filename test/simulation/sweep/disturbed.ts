import { SERVICES } from '../aws/service.ts';
import { Dice } from '../dice.ts';
import { calm, type Disturbance } from '../disturbances.ts';
import { live, newWorld } from './life.ts';
import type { Scenario } from './scenario.ts';
import { verdictOf } from './verdict.ts';

/** Lives under failures that last for a while, by seed. */

const below = (dice: Dice) => dice.below(1_000_000) / 1_000_000;

/** A fifth of all calls is throttled, a tenth fails or is reset, and some answers are lost. */
const STORM: Disturbance = ({ aws }, dice) => {
  aws.faults.weather = { throttled: 0.2, failed: 0.1, lost: 0.03, chance: () => below(dice) };
};

const FAULTS: readonly Disturbance[] = [
  STORM,
  (world, dice) => {
    STORM(world, dice);
    world.aws.faults.lag(dice.below(20));
  },
  ({ aws }, dice) => aws.faults.lag(1 + dice.below(30)),
  ({ aws }, dice) => aws.faults.lag(1 + dice.below(60), dice.oneOf(SERVICES) ?? 'ec2'),
  ({ aws }) => aws.faults.refuse('*', 'AccessDenied', 'is not authorized to perform that'),
  ({ aws }, dice) => {
    aws.faults.weather = { throttled: 0, failed: 0, lost: 0.2, chance: () => below(dice) };
  },
  ({ aws }) => {
    aws.faults.oneWriteAtATime = true;
    aws.faults.ratesHold = true;
  },
];

const VIEWS: readonly Disturbance[] = [
  ({ kubernetes }, dice) => {
    kubernetes.watchDelaySeconds = 1 + dice.below(60);
  },
  ({ kubernetes }, dice) => {
    kubernetes.watchDelaySeconds = 1 + dice.below(60);
    kubernetes.skipsStates = true;
  },
  ({ kubernetes }) => kubernetes.cutWatches(),
  ({ kubernetes }) => {
    kubernetes.freezeLists(true);
    kubernetes.cutWatches();
  },
  ({ kubernetes }) => {
    kubernetes.freezeLists(true);
    kubernetes.compact();
  },
  (world) => {
    world.kubernetes.freezeLists(true);
    world.crash();
  },
  ({ kubernetes }) => kubernetes.compact(),
  ({ kubernetes }, dice) => kubernetes.refuse('apply', 'webhookpipelines/status', 409, 1 + dice.below(5)),
  ({ kubernetes }, dice) => kubernetes.refuse('apply', 'webhookpipelines/status', 0, 1 + dice.below(5)),
  ({ kubernetes }, dice) => kubernetes.refuse('patch', 'webhookpipelines', 409, 1 + dice.below(5)),
  ({ kubernetes }, dice) => kubernetes.refuse('watch', 'webhookpipelines', 500, 1 + dice.below(5)),
  // A Secret that changes between two reads, and back.
  ({ kubernetes, time }, dice) => {
    const data = { a: 'hunter2hunter2', b: 'hunter3hunter3', hex: 'c0ffee00' };
    kubernetes.setSecret('signing', { ...data, a: 'changed-changed', b: 'changed-too-changed' });
    time.after(dice.below(30_000), () => kubernetes.setSecret('signing', data));
  },
  ({ kubernetes, time }, dice) => {
    const data = { a: 'hunter2hunter2', b: 'hunter3hunter3', hex: 'c0ffee00' };
    kubernetes.remove('secrets', 'signing');
    time.after(dice.below(30_000), () => kubernetes.setSecret('signing', data));
  },
];

/** Virtual seconds that a disturbance lasts at most. */
const LONGEST = 600;

/** Something happens around each station of a life, for a while. */
const disturbed =
  (phase: string, words: string, disturbances: readonly Disturbance[]) =>
  (seed: number): Scenario => ({
    id: `${phase}/${seed}`,
    words: `${words}, thrown with seed ${seed}`,
    run: async (expected) => {
      const dice = new Dice(seed);
      const world = await newWorld(seed);
      const disturb = () => {
        dice.oneOf(disturbances)?.(world, dice);
        return world.time.after(dice.below(LONGEST) * 1000, () => calm(world));
      };
      let cancel = () => {};
      const differences = await live(world, expected, {
        begin: () => {
          if (dice.below(2) === 0) cancel = disturb();
          else
            cancel = world.time.after(dice.below(60_000), () => {
              cancel = disturb();
            });
        },
        end: () => {
          cancel();
          calm(world);
        },
      });
      return verdictOf(world, differences);
    },
  });

export const fault = disturbed('fault', 'AWS fails for a while', FAULTS);
export const stale = disturbed('stale', 'what Kubernetes shows is late, old or cut off for a while', VIEWS);

/** Two operators work at once for a while, neither of which knows of the other. */
export const two = (seed: number): Scenario => ({
  id: `two/${seed}`,
  words: `two operators at once for a while, by seed ${seed}`,
  run: async (expected) => {
    const dice = new Dice(seed);
    const world = await newWorld(seed);
    let end = () => {};
    const differences = await live(world, expected, {
      begin: () => {
        end = world.time.after(dice.below(20_000), () => {
          const kill = world.startSecond();
          const cancel = world.time.after((5 + dice.below(120)) * 1000, kill);
          end = () => {
            cancel();
            kill();
          };
        });
      },
      end: () => end(),
    });
    return verdictOf(world, differences);
  },
});
