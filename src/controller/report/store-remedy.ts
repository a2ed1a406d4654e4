import type { StoreFault } from '../../../handlers/contract.ts';
import type { Reason } from '../../reason.ts';

/** What is wrong, and what its user does about it, of a store of theirs and of a managed one. */
interface Remedy {
  readonly reason: Reason;
  readonly external: string;
  readonly managed: string;
}

const REMEDIES: Readonly<Record<StoreFault, Remedy>> = {
  ended: {
    reason: 'TlsFailed',
    external: 'its certificate has ended: renew it on the server',
    managed: 'its certificate has ended, which the host renews by itself in good time',
  },
  'not-begun': {
    reason: 'TlsFailed',
    external: 'its certificate is not valid yet: correct the clock of the server',
    managed: 'its certificate is not valid yet: the clock of the host is wrong',
  },
  'other-authority': {
    reason: 'TlsFailed',
    external:
      'nobody whom the function trusts has signed its certificate: name its authority in spec.store.external.caConfigMapRef',
    managed:
      'the authority of the store has not signed its certificate: the host follows within an hour where that was made anew, or else something else answers on its address',
  },
  'other-name': {
    reason: 'TlsFailed',
    external:
      'its certificate is for other names than the connection string has: correct the hosts there, or the certificate',
    managed: 'its certificate is for another name: something else answers on the address of the host',
  },
  login: {
    reason: 'AuthFailed',
    external:
      'it refuses the login: correct user, password and authSource in the connection string (spec.store.external.uriSecretRef), or the user in the database',
    managed:
      'it refuses the user and password that the SSM parameter store-password has: set the parameter back to an earlier version that the database knows, or where it began with a snapshot, to what that database knows',
  },
  rights: {
    reason: 'AuthFailed',
    external: 'its user may not do what is needed: give it readWrite on the database of spec.store.database',
    managed:
      'the user that the function logs in as (in the SSM parameter store-password; nami where none stands there) may not do what is needed: give it the role root again, which somebody has taken from it',
  },
  name: {
    reason: 'StoreUnreachable',
    external:
      'DNS does not know its name: correct the host in the connection string, or, of a private name, give the pipeline a spec.network whose VPC knows it',
    managed: 'its address is not known',
  },
  refused: {
    reason: 'StoreUnreachable',
    external:
      'nothing listens there: correct host and port in the connection string, or start the server on an address that others reach',
    managed: 'the database does not listen on its host, which starts it again by itself',
  },
  'no-way': {
    reason: 'StoreUnreachable',
    external:
      'no network leads there: see to routes and subnets of spec.network, or to the host in the connection string',
    managed: 'no network leads from the function to its host: see to the routes of its VPC',
  },
  silent: {
    reason: 'ProbeTimeout',
    external:
      'it gives no answer: have it let the function in (a firewall, security groups, the IP access list of Atlas), and give the pipeline a spec.network with a way there where it has no public address',
    managed:
      'its host gives no answer: see to its status checks in EC2, and whether network ACLs and security groups let port 27017 through',
  },
};

/** Which reason a condition has for it, what is wrong and what to do; `hostId` of a managed one's host. */
export function storeRemedy(
  fault: StoreFault,
  hostId: string | undefined,
): { readonly reason: Reason; readonly words: string } {
  const { reason, external, managed } = REMEDIES[fault];
  if (hostId === undefined) return { reason, words: external };
  const lasts = `; if this lasts, annotate the pipeline with nami.dev/replace-host=${hostId}`;
  return { reason, words: reason === 'AuthFailed' ? managed : managed + lasts };
}
