/** A function that can be called often and calls `work` at most once in `ms`, the last time included. */
export function atMostEvery(ms: number, work: () => void): { call(): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let isWanted = false;

  function begin(): void {
    work();
    timer = setTimeout(() => {
      timer = null;
      if (isWanted) call();
    }, ms);
    timer.unref();
  }

  function call(): void {
    isWanted = timer !== null;
    if (timer === null) begin();
  }

  return {
    call,
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
