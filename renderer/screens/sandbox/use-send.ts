import { wordsOf } from '../../api.ts';
import { showProblem } from '../../components/notices.tsx';
import { useStores } from '../../stores/app-stores.tsx';
import type { OutgoingChat } from '../../stores/sandbox.ts';

/** Writes as an employee; true where it was accepted. */
export function useSend(): (message: OutgoingChat) => Promise<boolean> {
  const { sandbox } = useStores();
  return async (message) => {
    try {
      await sandbox.getState().send(message);
      return true;
    } catch (thrown) {
      showProblem('The message was not sent', wordsOf(thrown));
      return false;
    }
  };
}
