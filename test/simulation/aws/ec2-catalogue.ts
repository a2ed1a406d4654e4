/** What EC2 offers in the simulated region. */

export const ZONES = ['a', 'b', 'c'] as const;

/** Instance types: processor, and the zones (by their letter) that offer them. */
export const INSTANCE_TYPES: Readonly<
  Record<string, { readonly processor: string; readonly zones: string }>
> = {
  't2.micro': { processor: 'x86_64', zones: 'abc' },
  't3.micro': { processor: 'x86_64', zones: 'abc' },
  't3.small': { processor: 'x86_64', zones: 'abc' },
  't3.medium': { processor: 'x86_64', zones: 'abc' },
  't4g.micro': { processor: 'arm64', zones: 'bc' },
  't4g.small': { processor: 'arm64', zones: 'bc' },
  'm6g.medium': { processor: 'arm64', zones: 'ac' },
};

/** Machine images by id. */
export const IMAGES: Readonly<Record<string, { readonly processor: string }>> = {
  'ami-0000000000000x86': { processor: 'x86_64' },
  'ami-0000000000000arm': { processor: 'arm64' },
};

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-';

/** Public parameters of SSM. (Systems Manager: "Calling AMI public parameters".) */
export const PUBLIC_PARAMETERS: Readonly<Record<string, string>> = {
  [`${PARAMETER}x86_64`]: 'ami-0000000000000x86',
  [`${PARAMETER}arm64`]: 'ami-0000000000000arm',
};
