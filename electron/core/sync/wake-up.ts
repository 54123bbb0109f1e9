/** A loop's sleep that others end. A call that comes while nobody sleeps ends the next sleep at once. */
export interface WakeUp {
  wake(): void;
  /** Resolves with the next call, or when the signal ends. */
  sleep(signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let isDue = false;
  let end: (() => void) | null = null;
  return {
    wake() {
      isDue = true;
      end?.();
    },
    sleep: (signal) =>
      new Promise((resolve) => {
        const stop = () => {
          signal.removeEventListener('abort', stop);
          end = null;
          isDue = false;
          resolve();
        };
        if (isDue || signal.aborted) return stop();
        signal.addEventListener('abort', stop);
        end = stop;
      }),
  };
}
