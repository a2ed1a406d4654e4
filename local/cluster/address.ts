/**
 * The one address of the cluster's machine, in the network namespace that it has to itself. It is the first of the range
 * of Services, so that it is the address of the Service "kubernetes" as well: the API server listens on it itself, and
 * pods reach it over their bridge without kube-proxy. AWS, which is outside of the cluster, is reached by it too.
 */
export const ADDRESS = '10.97.0.1';
export const SERVICE_RANGE = '10.97.0.0/24';
