import type { Mutation } from '../mutation.ts';
import { AWS } from './aws.ts';
import { MENDED } from './mended.ts';
import { PIPELINE } from './pipeline.ts';
import { WALK } from './walk.ts';

/** The faults that the simulation must tell from the operator. */
export const MUTATIONS: readonly Mutation[] = [...PIPELINE, ...WALK, ...AWS, ...MENDED];
