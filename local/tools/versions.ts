/** The Kubernetes that the local stack runs. Its Go modules carry the same numbers as v0.MINOR.PATCH. */
export const KUBERNETES_VERSION = '1.37.2';
export const ETCD_VERSION = '3.7.3';
export const HELM_VERSION = '3.22.0';
/** Of sigs.k8s.io/cli-utils, which holds kstatus. */
export const KSTATUS_VERSION = '0.37.2';
/** What the go.mod files of those above ask for. */
export const GO_VERSION = '1.26';

/** The programs that the local stack and the installation check run, each with its version. */
const VERSIONS = {
  'kube-apiserver': KUBERNETES_VERSION,
  etcd: ETCD_VERSION,
  kubectl: KUBERNETES_VERSION,
  'kube-controller-manager': KUBERNETES_VERSION,
  'kube-scheduler': KUBERNETES_VERSION,
  kubelet: KUBERNETES_VERSION,
  helm: HELM_VERSION,
  pause: KUBERNETES_VERSION,
  kstatus: KSTATUS_VERSION,
} as const;
export type Binary = keyof typeof VERSIONS;

export const versionOf = (binary: Binary): string => VERSIONS[binary];

/** The programs that the archive of setup-envtest holds: a control plane, and the command line for it. */
export const ARCHIVED = ['kube-apiserver', 'etcd', 'kubectl'] as const satisfies readonly Binary[];
export type Archived = (typeof ARCHIVED)[number];
