import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { RecordRef } from '../../../shared/model/request.ts';
import type { Situation } from '../policy/situation.ts';

/** One owner that has to change, and what it changes from. */
export interface OwnerChange {
  record: RecordRef;
  previousOwner: string | null;
  /** E-mail of the new owner. */
  newOwner: string;
  /** The new owner's id in the record's CRM. */
  newOwnerId: string;
  /** The stamp of the record as it was judged; the write is held to it. */
  stamp: string | null;
}

/** The owner changes that bring all concerned records to the new owner; a record that is there already has none. */
export function planChanges(
  situation: Situation,
  newOwner: string,
  records: readonly CrmRecord[],
): OwnerChange[] {
  const changes: OwnerChange[] = [];
  for (const record of records) {
    const previousOwner = record.owner?.email?.toLowerCase() ?? record.owner?.name ?? null;
    const user = situation.owners[record.system]?.find(
      (owner) => owner.kind === 'user' && owner.isActive && owner.email?.toLowerCase() === newOwner,
    );
    if (record.owner?.email?.toLowerCase() === newOwner || !user) continue;
    changes.push({
      record: { system: record.system, id: record.id },
      previousOwner,
      newOwner,
      newOwnerId: user.id,
      stamp: record.modifiedAt,
    });
  }
  return changes;
}
