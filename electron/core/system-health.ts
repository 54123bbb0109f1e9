import type { SystemStatus } from '../../shared/contract/contract.ts';

/** What the last call to each system said about it. */
export interface SystemHealth {
  /** `problem` null: the call went well. */
  note(system: string, problem: string | null): void;
  list(): SystemStatus['systems'];
}

/** @param systems each system by name, with whether it is connected */
export function createSystemHealth(
  systems: Readonly<Record<string, boolean>>,
  onChange: () => void,
): SystemHealth {
  const problems = new Map<string, string | null>();
  return {
    note(system, problem) {
      if ((problems.get(system) ?? null) !== problem) onChange();
      problems.set(system, problem);
    },
    list: () =>
      Object.entries(systems).map(([system, isConnected]) => {
        const problem = problems.get(system) ?? null;
        if (!isConnected) return { system, state: 'not connected' as const, detail: null };
        return { system, state: problem === null ? ('ok' as const) : ('trouble' as const), detail: problem };
      }),
  };
}
