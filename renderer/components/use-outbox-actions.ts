import type { OutboxItem } from '../../shared/model/sync.ts';
import { wordsOf } from '../api.ts';
import { useStores } from '../stores/app-stores.tsx';
import { isBlank } from '../stores/form-draft.ts';
import { showDone, showProblem } from './notices.tsx';
import { saveFile } from './save-file.ts';

type EntryAction = (item: OutboxItem) => void;

interface OutboxActions {
  /** What was written is given back to be written on. */
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
  const { sync, formDraft, comments } = useStores();

  async function withdrawForm({ entry_id }: OutboxItem) {
    const draft = formDraft.getState().waiting[entry_id];
    if (draft && !isBlank(formDraft.getState())) {
      return showProblem('The form holds another request', 'Send or empty it first; then withdraw this one.');
    }
    await sync.getState().withdraw(entry_id);
    if (draft) formDraft.getState().change(draft);
    showDone(
      draft ? 'Withdrawn. It is in the form again; attach its files anew if it had any.' : 'Withdrawn.',
    );
  }

  async function withdrawComment({ entry_id, request_id }: OutboxItem) {
    const text = comments.getState().waiting[entry_id];
    await sync.getState().withdraw(entry_id);
    if (text === undefined || request_id === null) return;
    const { drafts, write } = comments.getState();
    write(request_id, [text, drafts[request_id]].filter(Boolean).join('\n'));
  }

  return (item) => {
    if (item.kind === 'form') return withdrawForm(item);
    if (item.kind === 'comment') return withdrawComment(item);
    return sync.getState().withdraw(item.entry_id);
  };
}
