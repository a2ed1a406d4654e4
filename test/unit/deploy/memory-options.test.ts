import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MEMORY } from '../../../scripts/image/build.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test.each(['Dockerfile', 'deploy/host/units/nami-operator.service'])(
  '%s bounds memory as the image does',
  (file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll('"', '');
    for (const [name, value] of Object.entries(MEMORY)) expect(text).toContain(`${name}=${value}`);
  },
);
