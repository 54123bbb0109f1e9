import { knowledgeHarness } from './knowledge-harness.ts';
import type { CreateHarness } from './vendor-harness.ts';

export const createSharepointHarness: CreateHarness = async (bench) =>
  knowledgeHarness(bench, { system: 'sharepoint', page: '3b6e0000-0000-4000-8000-000000000001' });
