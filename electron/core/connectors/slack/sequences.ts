import type { ChatEvent } from '../connector.ts';

/** Events with the same name are taken in one after another. */
export function sequenceOf(event: ChatEvent): string {
  switch (event.kind) {
    case 'message':
    case 'deletion':
      return `${event.channel}:${event.thread}`;
    case 'edit':
      return sequenceOf(event.message);
    case 'action':
      return event.requestId;
    case 'report':
      return event.about === null ? event.eventId : `${event.about.channel}:${event.about.thread}`;
  }
}

/** Runs tasks of one name one after another, in the order in which they came, also after one that failed. */
export function createSequences(): (name: string, task: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (name, task) => {
    const run = (last.get(name) ?? Promise.resolve()).then(task);
    const settled = run
      .catch(() => {})
      .then(() => {
        if (last.get(name) === settled) last.delete(name);
      });
    last.set(name, settled);
    return run;
  };
}
