import type { OutboxItem } from '../../shared/model/sync.ts';
import { wordsOf } from '../api.ts';
import { useStores } from '../stores/app-stores.tsx';
import { isBlank } from '../stores/form-draft.ts';
import { navigate } from '../stores/route.ts';
import { writtenComment, writtenForm } from '../stores/written-entry.ts';
import { showProblem } from './notices.tsx';
import { saveFile } from './save-file.ts';

type EntryAction = (item: OutboxItem) => void;

interface OutboxActions {
  /** What was written is given back to be written on: a form opens with it. */
  withdraw: EntryAction;
  retry: EntryAction;
  dismiss: EntryAction;
  exportEntry: EntryAction;
  /** Tries everything again now, the connection included. */
  retryAll: () => void;
}

/** What a person can do about an entry; a refusal is shown in the server's own words. */
export function useOutboxActions(): OutboxActions {
  const { api, sync } = useStores();
  const withdraw = useWithdraw();
  const orSay = (title: string, action: Promise<unknown>) =>
    void action.catch((thrown: unknown) => showProblem(title, wordsOf(thrown)));
  return {
    withdraw: (item) => orSay(`Not withdrawn: ${item.summary}`, withdraw(item)),
    retry: ({ entry_id, summary }) => orSay(`Not sent: ${summary}`, sync.getState().retry(entry_id)),
    dismiss: ({ entry_id, summary }) => orSay(`Still here: ${summary}`, sync.getState().dismiss(entry_id)),
    exportEntry: ({ entry_id, summary }) =>
      orSay(
        `Not exported: ${summary}`,
        api.call.sync
          .exportEntry({ entryId: entry_id })
          .then(({ name, text }) => saveFile(name, new Blob([text], { type: 'application/json' }))),
      ),
    retryAll: () => orSay('Not tried again', sync.getState().retry(null)),
  };
}

function useWithdraw(): (item: OutboxItem) => Promise<void> {
  const { api, sync, formDraft, comments } = useStores();
  const exported = async (entryId: string) => (await api.call.sync.exportEntry({ entryId })).text;

  async function withdrawForm({ entry_id }: OutboxItem) {
    if (!isBlank(formDraft.getState())) {
      return showProblem('The form holds another request', 'Send or empty it first; then withdraw this one.');
    }
    const form = writtenForm(await exported(entry_id));
    await sync.getState().withdraw(entry_id);
    if (!form) return;
    formDraft.getState().restore(form);
    sync.getState().showPanel(false);
    navigate({ screen: 'form' });
  }

  async function withdrawComment({ entry_id, request_id }: OutboxItem) {
    const text = writtenComment(await exported(entry_id));
    await sync.getState().withdraw(entry_id);
    if (text !== null && request_id !== null) comments.getState().giveBack(request_id, text);
  }

  return (item) => {
    if (item.kind === 'form') return withdrawForm(item);
    if (item.kind === 'comment') return withdrawComment(item);
    return sync.getState().withdraw(item.entry_id);
  };
}
