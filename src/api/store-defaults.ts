/** What a managed store runs on where nothing is asked for: a version of the operator may have another. */
export const STORE_DEFAULTS = {
  instanceType: 't3.micro',
  cpuCredits: 'standard',
  mongoImage: 'public.ecr.aws/docker/library/mongo:8.0',
} as const;
