import { useEffect, useRef, useState } from 'react';
import type { ConnectedSystem, SignInProgress } from '../../../shared/model/connection.ts';
import type { SetUpSignIn } from '../../../shared/set-up/guide.ts';
import { wordsOf } from '../../api.ts';
import { showDone } from '../../components/notices.tsx';
import { useStores } from '../../stores/app-stores.tsx';

export interface SignInRun {
  isWaiting: boolean;
  /** What the person has to do meanwhile; null until that is known. */
  asked: Exclude<SignInProgress, { step: 'done' }> | null;
  problem: string | null;
}

const idle: SignInRun = { isWaiting: false, asked: null, problem: null };

/** Signs in at the vendor; leaving the screen gives it up. */
export function useSignIn(system: ConnectedSystem, onSignedIn: () => void) {
  const { api, connections } = useStores();
  const [run, setRun] = useState(idle);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function follow(way: SetUpSignIn['ways'][number], signal: AbortSignal) {
    for await (const progress of await api.call.connections.signIn({ system, way }, { signal })) {
      if (progress.step === 'done') {
        showDone(`Signed in as ${progress.account}.`);
        continue;
      }
      setRun({ isWaiting: true, asked: progress, problem: null });
      if (progress.step === 'open') window.open(progress.url, '_blank', 'noopener');
    }
    await connections.getState().load();
  }

  return {
    run,
    async start(way: SetUpSignIn['ways'][number]) {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      setRun({ isWaiting: true, asked: null, problem: null });
      try {
        await follow(way, mine.signal);
        setRun(idle);
        onSignedIn();
      } catch (thrown) {
        if (!mine.signal.aborted) setRun({ ...idle, problem: wordsOf(thrown) });
      }
    },
    cancel() {
      running.current?.abort();
      setRun(idle);
    },
  };
}
