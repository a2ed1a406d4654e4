import type { Emulators } from '../../aws.ts';
import { emulatorClients } from '../../emulator-clients.ts';
import { clientTokens } from './client-tokens.ts';
import { dryRuns } from './dry-runs.ts';
import { laggingLists } from './lagging-lists.ts';
import { messageMoves } from './message-moves.ts';
import { interfacesGoWithInstance } from './network-interfaces.ts';
import { oneMappingAPair } from './one-mapping-a-pair.ts';
import { provisionedConcurrency } from './provisioned-concurrency.ts';
import { queueDeletedRecently } from './queue-deleted-recently.ts';
import { restApiChanges } from './rest-api-changes.ts';
import { rolesInMaking } from './roles-in-making.ts';
import { securityGroupInUse } from './security-group-in-use.ts';
import type { RealisticBehaviour, StandIn } from './stand-in.ts';

export { AS_REAL, DEFAULT_BEHAVIOUR, type RealisticBehaviour, type StandIn } from './stand-in.ts';

/** All stand-ins, outermost first. */
export function standInsFor(
  emulators: Emulators,
  behaviour: RealisticBehaviour,
  region: string,
): readonly StandIn[] {
  const clients = emulatorClients(emulators, region);
  return [
    laggingLists(behaviour),
    restApiChanges(behaviour),
    rolesInMaking(behaviour),
    dryRuns,
    clientTokens(clients, behaviour),
    interfacesGoWithInstance(clients),
    securityGroupInUse(clients),
    queueDeletedRecently(behaviour),
    messageMoves(clients),
    oneMappingAPair(clients),
    provisionedConcurrency(clients, behaviour),
  ];
}
