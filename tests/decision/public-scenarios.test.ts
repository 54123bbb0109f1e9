import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { applyPatch, parseWorld } from '../../electron/core/sandbox/world.ts';
import { judged, outlineOf } from './judged.ts';

const folder = fileURLToPath(new URL('../../../shared/scenarios/', import.meta.url));
const files = existsSync(folder) ? readdirSync(`${folder}public`).sort() : [];
if (files.length === 0) console.log(`${folder}: not found, skipped`);

interface ScenarioFile {
  world: string;
  patch?: unknown;
  steps: Record<string, { user: string; text?: string; summary?: string; target_record?: string }>[];
  expect: {
    requests: {
      m1: {
        reason?: string;
        approver?: string;
        rule?: string;
        priority?: string;
        output: { status: string; next_owner?: string };
      };
    };
  };
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const statuses = {
  complete: 'Completed',
  change: 'Completed',
  escalate: 'Escalated',
  wait: 'Waiting',
  reject: 'Rejected',
  withdraw: 'Closed',
};

/** What the words alone lead to; where humans act or the CRM changes afterwards only the escalation is compared. */
it.skipIf(files.length === 0).each(files)('%s: the first decision is the one expected', async (file) => {
  const scenario = read(`${folder}public/${file}`) as ScenarioFile;
  const spoken = scenario.steps.flatMap((step) =>
    Object.entries(step)
      .filter(([kind]) => ['slack_message', 'slack_reply', 'teams_message', 'form'].includes(kind))
      .map(([, said]) => said),
  );
  const [first] = spoken;
  const result = await judged({
    world: parseWorld(applyPatch(read(`${folder}world.json`), scenario.patch ?? {}), file),
    by: first?.user ?? '',
    texts: spoken.map(({ text, summary }) => text ?? summary ?? ''),
    request: { targetRecord: first?.target_record ?? null },
  });
  const wanted = scenario.expect.requests.m1;
  const isDecidedLater = scenario.steps.some((step) => 'queue' in step);
  const outline = outlineOf(result);
  if (isDecidedLater) return expect(outline.kind).toBe('escalate');
  expect({
    status: statuses[result.kind],
    reason: wanted.reason === undefined ? undefined : outline.reason,
    approver: wanted.approver && outline.approver,
    rule: wanted.rule && outline.rule,
    owner: wanted.output.next_owner && outline.owner,
  }).toEqual({
    status: wanted.output.status,
    reason: wanted.reason,
    approver: wanted.approver,
    rule: wanted.rule,
    owner: wanted.output.next_owner,
  });
});
