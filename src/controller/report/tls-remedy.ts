import type { TlsFault } from '../../../handlers/contract.ts';

const EXTERNAL: Readonly<Record<TlsFault, string>> = {
  ended: 'its certificate has ended: renew it on the server',
  'not-begun': 'its certificate is not valid yet: correct the clock of the server',
  'other-authority':
    'nobody whom the function trusts has signed its certificate: name its authority in spec.store.external.caConfigMapRef',
  'other-name':
    'its certificate is for other names than the connection string has: correct the hosts there, or the certificate',
};

const MANAGED: Readonly<Record<TlsFault, string>> = {
  ended: 'its certificate has ended, which the host renews by itself in good time',
  'not-begun': 'its certificate is not valid yet: the clock of the host is wrong',
  'other-authority':
    'the authority of the store has not signed its certificate: the host follows within an hour where that was made anew, or else something else answers on its address',
  'other-name': 'its certificate is for another name: something else answers on the address of the host',
};

/** What is wrong with a store's certificate, and what to do; `hostId` of a managed one's host. */
export const tlsRemedy = (fault: TlsFault, hostId: string | undefined): string =>
  hostId === undefined
    ? EXTERNAL[fault]
    : `${MANAGED[fault]}; if this lasts, annotate the pipeline with nami.dev/replace-host=${hostId}`;
