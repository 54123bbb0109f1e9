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
    input: {
      system: CrmSystem;
      domain: string | null;
      name: string | null;
      companyId: string | null;
      otherCompanyIds?: readonly string[] | undefined;
    };
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

/** What a tool answered and when (ISO 8601), or the failure that was left after every retry. */
export type ToolAnswer<Name extends ToolName> =
  | { isOk: true; value: Tools[Name]['output']; at: string }
  | { isOk: false; error: AppError };

export type AnyToolAnswer = ToolAnswer<ToolName>;

/** A read that was begun: it goes on while the workflow does something else. */
export interface Begun<Name extends ToolName = ToolName> {
  tool: Name;
  ticket: number;
}

/**
 * What a part of the workflow wants next: that a read begins, whose ticket it is given at once, or that one is waited
 * for. `in time`: no longer than the budget of time for what a case can be decided without; a read that is late goes on
 * and may be waited for again.
 */
export type Move =
  | { kind: 'begin'; call: AnyToolCall }
  | { kind: 'finish'; ticket: number; waits: 'as long as it takes' | 'in time' };

/** A part of the workflow: it yields one move after another and touches nothing itself. */
export type Steps<Result> = Generator<Move, Result, number | AnyToolAnswer>;

/** Begins a read and goes on. */
export function* begin<Name extends ToolName>(tool: Name, input: Tools[Name]['input']): Steps<Begun<Name>> {
  const ticket = yield { kind: 'begin', call: { tool, input } as AnyToolCall };
  return { tool, ticket: ticket as number };
}

/** Begins the same tool with several inputs, side by side. */
export function* beginEach<Name extends ToolName>(
  tool: Name,
  inputs: readonly Tools[Name]['input'][],
): Steps<Begun<Name>[]> {
  const begun: Begun<Name>[] = [];
  for (const input of inputs) begun.push(yield* begin(tool, input));
  return begun;
}

/** Waits for a read with all its retries: the case cannot be decided without it. */
export function* finish<Name extends ToolName>({ ticket }: Begun<Name>): Steps<ToolAnswer<Name>> {
  const answer = yield { kind: 'finish', ticket, waits: 'as long as it takes' };
  return answer as ToolAnswer<Name>;
}

/** Waits for a read that only adds to the picture, for as long as the budget of time allows. */
export function* finishInTime<Name extends ToolName>({ ticket }: Begun<Name>): Steps<ToolAnswer<Name>> {
  const answer = yield { kind: 'finish', ticket, waits: 'in time' };
  return answer as ToolAnswer<Name>;
}

/** Waits for several reads; the answers come in the same order. */
export function* finishEach<Name extends ToolName>(reads: readonly Begun<Name>[]): Steps<ToolAnswer<Name>[]> {
  const answers: ToolAnswer<Name>[] = [];
  for (const read of reads) answers.push(yield* finish(read));
  return answers;
}

/** As `finishEach`, for reads that only add to the picture. */
export function* finishEachInTime<Name extends ToolName>(
  reads: readonly Begun<Name>[],
): Steps<ToolAnswer<Name>[]> {
  const answers: ToolAnswer<Name>[] = [];
  for (const read of reads) answers.push(yield* finishInTime(read));
  return answers;
}

/** Asks for one call. */
export function* ask<Name extends ToolName>(
  tool: Name,
  input: Tools[Name]['input'],
): Steps<ToolAnswer<Name>> {
  return yield* finish(yield* begin(tool, input));
}

/** Asks for the same tool with several inputs, side by side. */
export function* askEach<Name extends ToolName>(
  tool: Name,
  inputs: readonly Tools[Name]['input'][],
): Steps<ToolAnswer<Name>[]> {
  return yield* finishEach(yield* beginEach(tool, inputs));
}
