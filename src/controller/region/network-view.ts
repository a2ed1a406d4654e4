import type { Account } from '../../aws/account/account.ts';
import { kinds } from '../../aws/kinds/index.ts';
import { vpcsOf } from '../../aws/kinds/subnet.ts';
import type { Owner } from '../../aws/object/owner.ts';

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
  const [subnets, tables] = await Promise.all([
    kinds.Subnet.owned(account, owner),
    kinds.RouteTable.owned(account, owner),
  ]);
  // A VPC whose tags somebody took off goes on serving.
  const [vpcId] = vpcsOf(subnets);
  if (vpcId === undefined) return undefined;
  const leadingOut = new Set(
    tables.flatMap(({ details }) => (details.internetGatewayId === '' ? [] : details.subnetIds)),
  );
  const usable = subnets.filter(
    ({ id, state, details }) => details.vpcId === vpcId && state.is === 'ready' && leadingOut.has(id),
  );
  return {
    vpcId,
    subnetIds: Object.fromEntries(usable.map(({ id, details }) => [details.zone, id])),
  };
}
