import { expect, test } from 'vitest';
import { hostSettings } from '../../../local/hosts.ts';

test('the settings of a host are read from lines of its user data', () => {
  const userData = `#!/bin/bash
set -eu
NAMI_VOLUME_ID=vol-0123456789abcdef0
  export NAMI_CREDENTIALS_PARAMETER="/nami/c/n/p/store"
mount "/dev/disk/by-id/$NAMI_VOLUME_ID"`;
  expect(hostSettings(userData)).toEqual({
    volumeId: 'vol-0123456789abcdef0',
    credentialsParameter: '/nami/c/n/p/store',
  });
});

test.each(['', '#!/bin/sh\nNAMI_VOLUME_ID=vol-1\n', 'echo $NAMI_VOLUME_ID $NAMI_CREDENTIALS_PARAMETER'])(
  'an instance with other user data is no host: %j',
  (userData) => expect(hostSettings(userData)).toBeUndefined(),
);
