import type { ChangeEvent } from '../../shared/contract/contract.ts';

/** Hints for every open console: what changed, gathered for a moment so that a burst is one hint. */
export interface Changes {
  noteRequest(requestId: string): void;
  noteArea(area: ChangeEvent['areas'][number]): void;
  /** Ends with the signal, or when the program stops. */
  watch(signal?: AbortSignal): AsyncGenerator<ChangeEvent, void, void>;
  stop(): void;
}

const gatherMs = 25;

export function createChanges(): Changes {
  const watchers = new Set<(event: ChangeEvent) => void>();
  const stopped = new AbortController();
  const requestIds = new Set<string>();
  const areas = new Set<ChangeEvent['areas'][number]>();
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    timer = null;
    const event: ChangeEvent = { requestIds: [...requestIds], areas: [...areas] };
    requestIds.clear();
    areas.clear();
    for (const tell of watchers) tell(event);
  }
  const schedule = () => {
    timer ??= setTimeout(flush, gatherMs);
  };

  return {
    noteRequest(requestId) {
      requestIds.add(requestId);
      areas.add('requests');
      schedule();
    },
    noteArea(area) {
      areas.add(area);
      schedule();
    },
    async *watch(signal) {
      const waiting: ChangeEvent[] = [];
      let wake: (() => void) | null = null;
      const tell = (event: ChangeEvent) => {
        waiting.push(event);
        wake?.();
      };
      const end = AbortSignal.any(signal ? [signal, stopped.signal] : [stopped.signal]);
      const onEnd = () => wake?.();
      end.addEventListener('abort', onEnd);
      watchers.add(tell);
      try {
        while (!end.aborted) {
          const event = waiting.shift();
          if (event) yield event;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
              if (end.aborted || waiting.length > 0) resolve();
            });
        }
      } finally {
        watchers.delete(tell);
        end.removeEventListener('abort', onEnd);
      }
    },
    stop() {
      if (timer) clearTimeout(timer);
      stopped.abort();
    },
  };
}
