/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
export function untilAskedToStop(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      process.stderr.write('\nStopping…\n');
      resolve();
    };
    let isStopping = false;
    const once = () => {
      if (isStopping) return;
      isStopping = true;
      process.off('SIGINT', once);
      process.off('SIGTERM', once);
      stop();
    };
    process.on('SIGINT', once);
    process.on('SIGTERM', once);
  });
}
