import { join } from 'node:path';
import type { Additions } from '../../local/machine/base-disk.ts';

/** What the images of EC2 have, and what a host installs where there is a network. */
export const ADDITIONS: Additions = {
  packages: ['docker.io', 'apparmor', 'xfsprogs', 'awscli', 'cloud-init'],
  files: join(import.meta.dirname, 'files'),
};
