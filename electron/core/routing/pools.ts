import { DateTime } from 'luxon';
import type { Pool, PoolMember } from '../../../shared/model/rule.ts';
import { isWithin } from './time.ts';

/** The turn-taking state of a pool, kept in the shared store. */
export interface PoolState {
  /** Smooth weighted round robin's current weight by member. */
  currentWeights: Record<string, number>;
  /** Leads given today (a day of the pool's zone) by member. */
  takenToday: Record<string, number>;
}

const dayNumbers: Record<string, number> = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 };
const minutesOfDay = (text: string): number => {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
};

interface WorkingRange {
  days: Set<number>;
  fromMinute: number;
  toMinute: number;
}

function parseDays(text: string): Set<number> {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last = first] = part
      .split('-')
      .map((name) => dayNumbers[name.trim().slice(0, 3).toLowerCase()]);
    if (first === undefined || last === undefined) continue;
    for (let day = first; ; day = (day % 7) + 1) {
      days.add(day);
      if (day === last) break;
    }
  }
  return days;
}

/** `Mon-Fri 08:00-18:00; Sat,Sun 10:00-14:00`: ranges with days (none: every day) and hours, `24:00` is midnight. */
function parseWorkingHours(text: string): WorkingRange[] {
  const ranges: WorkingRange[] = [];
  for (const [, days = '', from = '', to = ''] of text.matchAll(
    /([A-Za-z][A-Za-z,\-\s]*?)?\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})/g,
  )) {
    ranges.push({
      days: days.trim() === '' ? new Set([1, 2, 3, 4, 5, 6, 7]) : parseDays(days),
      fromMinute: minutesOfDay(from),
      toMinute: minutesOfDay(to),
    });
  }
  return ranges;
}

/** Whether the moment is inside the working hours, in the pool's zone; the end is exclusive. */
export function isWorking(workingHours: string | null, now: Date, timeZone: string): boolean {
  if (workingHours === null || workingHours.trim() === '') return true;
  const local = DateTime.fromJSDate(now, { zone: timeZone });
  const minute = local.hour * 60 + local.minute;
  const yesterday = ((local.weekday + 5) % 7) + 1;
  return parseWorkingHours(workingHours).some(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return days.has(local.weekday) && minute >= fromMinute && minute < toMinute;
    // A night shift belongs to the day on which it began.
    return (days.has(local.weekday) && minute >= fromMinute) || (days.has(yesterday) && minute < toMinute);
  });
}

/** The day of the pool's zone, `2026-05-18`, by which capacity is counted. */
export function poolDay(pool: Pick<Pool, 'time_zone'>, now: Date): string {
  return DateTime.fromJSDate(now, { zone: pool.time_zone }).toISODate() ?? now.toISOString().slice(0, 10);
}

export interface PoolMoment {
  pool: Pool;
  state: PoolState;
  now: Date;
  /** Whether somebody is active and has a user in the target CRM. */
  isAvailableOwner: (owner: string) => boolean;
}

function isFree(member: PoolMember, { pool, state, now, isAvailableOwner }: PoolMoment): boolean {
  return (
    isAvailableOwner(member.owner) &&
    isWorking(member.working_hours, now, pool.time_zone) &&
    !member.out_of_office.some((absence) => isWithin(absence, now, pool.time_zone)) &&
    (member.daily_capacity === null || (state.takenToday[member.owner] ?? 0) < member.daily_capacity)
  );
}

/**
 * The next member by smooth weighted round robin (nginx's: every free member gains their weight, the highest is
 * taken and pays the sum) and the state after the turn; null where nobody is free. Equal weights go in the pool's order.
 */
export function pickPoolMember(moment: PoolMoment): { owner: string; state: PoolState } | null {
  const free = moment.pool.members.filter((member) => isFree(member, moment));
  const currentWeights = { ...moment.state.currentWeights };
  let total = 0;
  let best: PoolMember | null = null;
  for (const member of free) {
    const weight = (currentWeights[member.owner] ?? 0) + member.weight;
    currentWeights[member.owner] = weight;
    total += member.weight;
    if (best === null || weight > (currentWeights[best.owner] ?? 0)) best = member;
  }
  if (best === null) return null;
  currentWeights[best.owner] = (currentWeights[best.owner] ?? 0) - total;
  return { owner: best.owner, state: afterTurn(moment.state, best.owner, currentWeights) };
}

/** The state after somebody was given a lead without being picked by turn: only the day's count moves. */
export function countTurn(state: PoolState, owner: string): PoolState {
  return afterTurn(state, owner, state.currentWeights);
}

function afterTurn(state: PoolState, owner: string, currentWeights: Record<string, number>): PoolState {
  return { currentWeights, takenToday: { ...state.takenToday, [owner]: (state.takenToday[owner] ?? 0) + 1 } };
}

export function isPoolMember(pool: Pool | undefined, owner: string | null): boolean {
  return owner !== null && pool?.members.some((member) => member.owner === owner) === true;
}
