import type { Account } from '../../aws/account/account.ts';
import { routeTables } from '../../aws/kinds/route-table.ts';
import { subnets, vpcsOf } from '../../aws/kinds/subnet.ts';
import type { Owner } from '../../aws/object/owner.ts';
import { RECENT_SECONDS } from './recent.ts';

/** The region's shared network as AWS has it. */
export interface NetworkView {
  readonly vpcId: string;
  /** Subnets with a way out, by zone. */
  readonly subnetIds: Readonly<Record<string, string>>;
}

/** Seconds for which one look serves all pipelines. */
const FRESH_SECONDS = 30;

const viewName = ({ prefix }: Owner) => `network of ${prefix}`;

/** Looks at the shared network, or takes what another pipeline saw a moment ago; nothing while there is none. */
export async function viewNetwork(account: Account, owner: Owner): Promise<NetworkView | undefined> {
  const [view] = await account.inventory.read(viewName(owner), FRESH_SECONDS, async function* () {
    yield await look(account, owner);
  });
  return view;
}

/** Makes the next look a new one. */
export function forgetNetwork(account: Account, owner: Owner): void {
  account.inventory.forget(viewName(owner));
}

async function look(account: Account, owner: Owner): Promise<NetworkView | undefined> {
  const [found, tables] = await Promise.all([
    subnets.read(account, owner, RECENT_SECONDS),
    routeTables.read(account, owner, RECENT_SECONDS),
  ]);
  // A VPC whose tags somebody took off goes on serving.
  const [vpcId] = vpcsOf(found);
  if (vpcId === undefined) return undefined;
  const leadingOut = new Set(
    tables.flatMap(({ details }) => (details.internetGatewayId === '' ? [] : details.subnetIds)),
  );
  const usable = found.filter(
    ({ id, state, details }) => details.vpcId === vpcId && state.is === 'ready' && leadingOut.has(id),
  );
  return {
    vpcId,
    subnetIds: Object.fromEntries(usable.map(({ id, details }) => [details.zone, id])),
  };
}
