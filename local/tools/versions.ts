/** The Kubernetes that the local stack runs. Its Go modules carry the same numbers as v0.MINOR.PATCH. */
export const KUBERNETES_VERSION = '1.37.2';
export const ETCD_VERSION = '3.7.3';
/** What the go.mod files of the two above ask for. */
export const GO_VERSION = '1.26';

/** The programs of a control plane, and the command line for it. */
export const BINARIES = ['kube-apiserver', 'etcd', 'kubectl'] as const;
export type Binary = (typeof BINARIES)[number];
