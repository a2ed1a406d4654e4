import { LocalStackError } from './local-stack-error.ts';
import { processProvider } from './process-provider.ts';
import type { Provider, ProviderContext } from './provider.ts';

/** `NAMI_LOCAL_PROVIDER` says which: "processes", which needs no Docker and is the default, or "containers". */
export async function chooseProvider(context: ProviderContext): Promise<Provider> {
  const name = process.env.NAMI_LOCAL_PROVIDER || 'processes';
  if (name === 'processes') return processProvider(context);
  if (name === 'containers') {
    // Loaded only when asked for: testcontainers is large.
    const { containerProvider } = await import('./container-provider.ts');
    return containerProvider(context);
  }
  throw new LocalStackError(
    `NAMI_LOCAL_PROVIDER is "${name}": it can be "processes" (the default) or "containers"`,
  );
}
