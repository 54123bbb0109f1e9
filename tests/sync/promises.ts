import type { OutboxItem } from '../../shared/model/sync.ts';
import type { Ledger } from './shared-store.ts';
import type { Press } from './world.ts';

/** What is left at the end, when every fault is over. */
export interface Aftermath {
  presses: readonly Press[];
  ledger: Ledger;
  /** Of each desk. */
  outboxes: readonly OutboxItem[][];
  /** Entry ids in the order in which they left the desks; empty where that is not known. */
  deliveries: readonly string[];
}

const count = (keys: readonly string[], key: string): number => keys.filter((other) => other === key).length;

/** What became of a press, in a word; anything but the words that are expected is a broken promise. */
function fateOf({ entry, desk }: Press, { ledger, outboxes }: Aftermath): string {
  const { entryId, kind } = entry;
  const item = outboxes[desk]?.find((other) => other.entry_id === entryId);
  const stored = ledger.decisions.find(({ key }) => key === entryId);
  const times = kind === 'comment' ? count(ledger.comments, entryId) : count(ledger.forms, entryId);
  const effects = count(ledger.effects, entryId);
  const inStore =
    kind === 'decision' ? (stored?.state ?? 'absent') : times === 0 ? 'absent' : `stored ${times}`;
  const inOutbox = item ? `, ${item.state} as ${item.code}` : '';
  return `${inStore}${effects === 0 ? '' : ` with ${effects} effects`}${inOutbox}`;
}

const gone = ['absent'];
const expected = {
  decision: [
    'applied with 1 effects',
    'stale, returned as stale_decision',
    'failed, returned as tool_failure',
    'impossible, returned as withdrawn',
    'absent, returned as superseded',
    'absent, returned as forbidden',
  ],
  comment: ['stored 1'],
  form: ['stored 1'],
};

function expectedOf({ entry, isKept, isWithdrawn }: Press): string[] {
  if (isWithdrawn) return gone;
  return isKept ? expected[entry.kind] : [...expected[entry.kind], ...gone];
}

/** Of one desk and one request, in the order in which they were pressed. */
function sequences(presses: readonly Press[]): Press[][] {
  const lasting = presses.filter(({ entry, isWithdrawn }) => entry.requestId !== null && !isWithdrawn);
  return Object.values(Object.groupBy(lasting, ({ desk, entry }) => `${desk} ${entry.requestId}`)).filter(
    (sequence) => sequence !== undefined,
  );
}

function isInOrder(wanted: readonly string[], stored: readonly string[]): boolean {
  const places = wanted.map((key) => stored.indexOf(key)).filter((index) => index >= 0);
  return places.every((index, at) => at === 0 || index > (places[at - 1] ?? -1));
}

/** One is through, or has come back, before the next of the same request leaves. */
function overtakings(sequence: readonly Press[], deliveries: readonly string[]): string[] {
  return sequence.flatMap(({ entry }, index) => {
    const before = sequence[index - 1]?.entry.entryId;
    const first = deliveries.indexOf(entry.entryId);
    const isOvertaking = before !== undefined && first >= 0 && deliveries.lastIndexOf(before) > first;
    return isOvertaking ? [`${entry.entryId} left before ${before} was through`] : [];
  });
}

/** Every promise that was broken: lost, doubled, applied though taken back, not given back, out of order. */
export function brokenPromises(aftermath: Aftermath): string[] {
  const { presses, ledger, outboxes, deliveries } = aftermath;
  const fates = presses.flatMap((press) => {
    const fate = fateOf(press, aftermath);
    const wanted = expectedOf(press);
    return wanted.includes(fate)
      ? []
      : [`${press.entry.entryId} (${press.entry.summary}) is ${fate}, not ${wanted.join(' or ')}`];
  });
  const disorder = sequences(presses).flatMap((sequence) => {
    const keys = sequence.map(({ entry }) => entry.entryId);
    const decisions = ledger.decisions.map(({ key }) => key);
    const isRight = isInOrder(keys, ledger.comments) && isInOrder(keys, decisions);
    return [
      ...(isRight ? [] : [`stored out of order: ${keys.join(', ')}`]),
      ...overtakings(sequence, deliveries),
    ];
  });
  const known = new Set(presses.map(({ entry }) => entry.entryId));
  const strangers = outboxes
    .flat()
    .filter(({ entry_id: entryId }) => !known.has(entryId))
    .map(({ entry_id: entryId }) => `${entryId} is in an outbox and was never pressed`);
  return [...fates, ...disorder, ...strangers];
}
