import type { WorkspaceState } from '../../../shared/contract/contract.ts';
import { wordsOf } from '../../api.ts';
import { showProblem } from '../../components/notices.tsx';
import { useStores, useWorkspace } from '../../stores/app-stores.tsx';

/** Opens the other workspace in the place of this one. */
export function useOpenWorkspace(): (kind: WorkspaceState['kind']) => void {
  const { workspace } = useStores();
  return (kind) => {
    workspace
      .getState()
      .open(kind)
      .catch((thrown: unknown) => showProblem('Not opened', wordsOf(thrown)));
  };
}

export interface OtherWorkspace {
  label: string;
  open(): void;
}

/** The way to the workspace that is not open; null where the environment decides. */
export function useOtherWorkspace(): OtherWorkspace | null {
  const { workspace } = useStores();
  const openWorkspace = useOpenWorkspace();
  const state = useWorkspace((all) => all.state);
  if (state === null || state.fixedBecause !== null) return null;
  if (state.kind === 'own') return { label: 'Open the demo', open: () => openWorkspace('demo') };
  return state.hasOwn
    ? { label: 'Open your own workspace', open: () => openWorkspace('own') }
    : { label: 'Set up your own workspace…', open: () => workspace.getState().showSetUp(true) };
}
