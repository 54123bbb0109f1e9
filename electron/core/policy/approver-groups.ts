import { type EscalationOwner, isGroupName } from '../../../shared/model/rule.ts';

/** Handle without `@` to the e-mails of its active members, in the chat's order. */
export type GroupMembers = ReadonlyMap<string, readonly string[]>;

/**
 * Escalation owners with one person wherever a group is named: its first member decides, and the next one is the
 * delegate where the row has none. A group that nobody known is in stays as it is, so that the delegate or an ops
 * manager gets the case, as for an approver who left.
 */
export function withPeopleForGroups(
  owners: readonly EscalationOwner[],
  members: GroupMembers,
): EscalationOwner[] {
  const peopleOf = (name: string): readonly string[] =>
    isGroupName(name) ? (members.get(name.slice(1)) ?? []) : [name];
  return owners.map((row) => {
    const [approver = row.approver, next = null] = peopleOf(row.approver);
    const delegates = row.delegate === null ? [] : peopleOf(row.delegate);
    const delegate = delegates.find((email) => email !== approver) ?? next ?? row.delegate;
    return { ...row, approver, delegate };
  });
}
