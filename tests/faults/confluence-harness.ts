import { knowledgeHarness } from './knowledge-harness.ts';
import type { CreateHarness } from './vendor-harness.ts';

export const createConfluenceHarness: CreateHarness = async (bench) =>
  knowledgeHarness(bench, { system: 'confluence', page: '70010' });
