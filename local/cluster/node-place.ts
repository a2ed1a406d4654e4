/** What sets a node apart from the others on the same machine. */
export interface NodePlace {
  readonly name: string;
  readonly kubeletPort: number;
  /** Addresses of its pods, and the bridge on which they are. */
  readonly podRange: string;
  readonly bridge: string;
}

/** The nodes that there can be, in the order in which they are started. */
export const PLACES: readonly [NodePlace, NodePlace] = [
  { name: 'node-1', kubeletPort: 10_250, podRange: '10.231.0.0/24', bridge: 'pods0' },
  { name: 'node-2', kubeletPort: 10_260, podRange: '10.231.1.0/24', bridge: 'pods1' },
];
