import { type RecheckInput, recheckApproval } from '../../electron/core/agent/recheck-approval.ts';
import type { RunInput, RunResult } from '../../electron/core/agent/run-result.ts';
import { judgeRequest } from '../../electron/core/agent/workflow.ts';
import type { PoolState } from '../../electron/core/routing/pools.ts';
import type { World } from '../../electron/core/sandbox/world.ts';
import type { Priority } from '../../shared/model/request.ts';
import { type Answering, run, type Silence } from './world-answers.ts';

export interface Asked {
  world: World;
  /** E-mail, Slack id or Teams id. */
  by: string;
  /** The thread, oldest first. */
  texts: string[];
  request?: Partial<RunInput['request']>;
  silence?: Silence;
  late?: Answering['late'];
  now?: string;
  timeZone?: string;
  poolStates?: Record<string, PoolState>;
  chosenPriority?: Priority;
}

const personIn = (world: World, by: string) =>
  world.people.find((person) => [person.email, person.slack, person.teams].includes(by)) ?? null;

const nowOf = ({ now, world }: Pick<Asked, 'now' | 'world'>): Date => new Date(now ?? world.clock ?? 0);

/** Judges a thread against a world. */
export function judged(asked: Asked): Promise<RunResult> {
  const { world, by, texts } = asked;
  const now = nowOf(asked);
  const input: RunInput = {
    now,
    timeZone: asked.timeZone ?? 'UTC',
    crms: ['salesforce', 'hubspot'],
    people: world.people,
    requester: personIn(world, by),
    request: {
      source: 'slack',
      targetRecord: null,
      chosenPriority: null,
      candidates: [],
      earlierApprover: null,
      ...asked.request,
    },
    messages: texts.map((text) => ({ author: personIn(world, by)?.email ?? null, text })),
  };
  const { silence = {}, late = [], poolStates = {} } = asked;
  return run(judgeRequest(input), { world, now, silence, late, poolStates });
}

/** Re-checks an approval of a judged case against the world as it is later. */
export function rechecked(
  before: RunResult,
  owner: string,
  later: Omit<Asked, 'texts'> & { texts?: string[] },
) {
  const { world, by, texts = [] } = later;
  const now = nowOf(later);
  const input: RecheckInput = {
    now,
    timeZone: 'UTC',
    crms: ['salesforce', 'hubspot'],
    people: world.people,
    messages: texts.map((text) => ({ author: null, text })),
    caseFile: before.caseFile,
    requester: personIn(world, by),
    targetRecord: null,
    owner,
  };
  const { silence = {}, late = [] } = later;
  return run(recheckApproval(input), { world, now, silence, late });
}

/** The parts of a result that a scenario would compare. */
export function outlineOf(result: RunResult) {
  return {
    kind: result.kind,
    step: result.caseFile.step,
    reason: 'reason' in result ? result.reason : null,
    owner: 'owner' in result ? result.owner : null,
    approver: 'responsible' in result ? (result.responsible?.approver ?? null) : null,
    rule: result.rule,
    priority: result.priority,
    policy: result.policy,
    target: result.caseFile.target?.id ?? null,
  };
}
