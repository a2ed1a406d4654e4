import type { KubernetesResource, ResourceType } from './resource.ts';

export interface Secret extends KubernetesResource {
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
}

export const namespaces: ResourceType<KubernetesResource> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

export const secrets: ResourceType<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
};
