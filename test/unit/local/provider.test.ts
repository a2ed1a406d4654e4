import { afterEach, expect, test, vi } from 'vitest';
import { chooseProvider } from '../../../local/choose-provider.ts';
import type { Processes } from '../../../local/processes.ts';

afterEach(() => vi.unstubAllEnvs());

test('an unknown provider is an error of one line that names those there are', async () => {
  vi.stubEnv('NAMI_LOCAL_PROVIDER', 'docker');
  const context = {
    folder: '',
    programs: '',
    environment: {},
    processes: {} as Processes,
    progress: () => {},
  };
  await expect(chooseProvider(context)).rejects.toThrow(
    'NAMI_LOCAL_PROVIDER is "docker": it can be "processes" (the default) or "containers"',
  );
});
