import type { SourceType } from '../contract.ts';
import { gitHub } from './github.ts';
import { none } from './none.ts';
import type { Source } from './source.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/** Every source that the contract names: one that is missing here doesn't compile. */
export const SOURCES: Readonly<Record<SourceType, Source>> = {
  None: none,
  GitHub: gitHub,
  StandardWebhooks: standardWebhooks,
};
