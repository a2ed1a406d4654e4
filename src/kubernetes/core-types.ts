import type { KubernetesResource, ResourceType } from './resource.ts';

export interface Secret extends KubernetesResource {
  type?: string;
  /** Base64. */
  data?: Record<string, string>;
}

export interface ConfigMap extends KubernetesResource {
  data?: Record<string, string>;
  /** Base64. */
  binaryData?: Record<string, string>;
}

export const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

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
