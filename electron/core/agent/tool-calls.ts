import type { AppError } from '../../../shared/model/errors.ts';
import type {
  CrmAccount,
  CrmOpportunity,
  CrmOwner,
  CrmRecord,
  CrmSystem,
  OwnershipChange,
} from '../../../shared/model/lead.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { RoutingConfig } from '../../../shared/model/rule.ts';
import type { PoolState } from '../routing/pools.ts';
import type { Reading, ReadingInput } from './language/reader.ts';

/** Every read that the workflow may ask for: what goes in, and what comes out. */
export interface Tools {
  read_language: { input: ReadingInput; output: Reading };
  read_policy: { input: Record<never, never>; output: PolicyDocument[] };
  read_routing: {
    input: Record<never, never>;
    output: { routing: RoutingConfig; poolStates: Record<string, PoolState> };
  };
  list_owners: { input: { system: CrmSystem }; output: CrmOwner[] };
  get_record: { input: { system: CrmSystem; id: string }; output: CrmRecord | null };
  find_by_email: { input: { system: CrmSystem; email: string }; output: CrmRecord[] };
  find_by_name: {
    input: { system: CrmSystem; name: string | null; company: string | null };
    output: CrmRecord[];
  };
  find_duplicates: { input: { system: CrmSystem; record: CrmRecord }; output: CrmRecord[] };
  find_accounts: {
    input: { system: CrmSystem; domain: string | null; name: string | null; companyId: string | null };
    output: CrmAccount[];
  };
  find_opportunities: { input: { system: CrmSystem; accountIds: string[] }; output: CrmOpportunity[] };
  ownership_history: { input: { system: CrmSystem; id: string }; output: OwnershipChange[] };
}

export type ToolName = keyof Tools;

export interface ToolCall<Name extends ToolName = ToolName> {
  tool: Name;
  input: Tools[Name]['input'];
}

export type AnyToolCall = { [Name in ToolName]: ToolCall<Name> }[ToolName];

/** What a tool answered, or the failure that was left after every retry. */
export type ToolAnswer<Name extends ToolName> =
  | { isOk: true; value: Tools[Name]['output'] }
  | { isOk: false; error: AppError };

export type AnyToolAnswer = ToolAnswer<ToolName>;

/**
 * A part of the workflow: it yields batches of calls that may run side by side and is resumed with their answers in
 * the same order. It touches nothing itself.
 */
export type Steps<Result> = Generator<readonly AnyToolCall[], Result, readonly AnyToolAnswer[]>;

/** Asks for one call. */
export function* ask<Name extends ToolName>(
  tool: Name,
  input: Tools[Name]['input'],
): Generator<readonly AnyToolCall[], ToolAnswer<Name>, readonly AnyToolAnswer[]> {
  const [answer] = yield [{ tool, input } as AnyToolCall];
  return answer as ToolAnswer<Name>;
}

/** Asks for the same tool with several inputs, side by side. */
export function* askEach<Name extends ToolName>(
  tool: Name,
  inputs: readonly Tools[Name]['input'][],
): Generator<readonly AnyToolCall[], ToolAnswer<Name>[], readonly AnyToolAnswer[]> {
  if (inputs.length === 0) return [];
  const answers = yield inputs.map((input) => ({ tool, input }) as AnyToolCall);
  return [...answers] as ToolAnswer<Name>[];
}

/** Runs parts of the workflow side by side: each round yields the calls of all of them together. */
export function* together<Results extends readonly unknown[]>(
  parts: {
    [Index in keyof Results]: Steps<Results[Index]>;
  },
): Steps<Results> {
  const running = parts as readonly Steps<unknown>[];
  const steps = running.map((part) => part.next());
  while (steps.some((step) => !step.done)) {
    const batches = steps.map((step) => (step.done ? [] : step.value));
    const answers = yield batches.flat();
    let offset = 0;
    for (const [index, batch] of batches.entries()) {
      const part = running[index];
      if (!steps[index]?.done && part) steps[index] = part.next(answers.slice(offset, offset + batch.length));
      offset += batch.length;
    }
  }
  return steps.map((step) => step.value) as unknown as Results;
}
