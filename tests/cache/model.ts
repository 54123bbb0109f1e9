import type { z } from 'zod';
import type { Viewer } from '../../electron/core/cache/cache.ts';
import {
  type QueueCounts,
  type QueueQuery,
  type QueueView,
  queueViews,
} from '../../shared/contract/contract.ts';
import type { Person } from '../../shared/model/person.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import type { FeedChange, SyncedMessage, SyncedRequest } from '../../shared/model/sync.ts';

type Query = z.output<typeof QueueQuery>;

const fold = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** What a cache has to answer, in the plainest way: everything in maps, every question a walk through all of it. */
export class CacheModel {
  readonly people = new Map<string, Person>();
  readonly requests = new Map<string, SyncedRequest>();
  readonly messages = new Map<string, SyncedMessage>();

  apply(change: FeedChange): void {
    switch (change.table) {
      case 'people':
        if (change.row) this.people.set(change.key, change.row);
        else this.people.delete(change.key);
        break;
      case 'messages':
        if (change.row) this.messages.set(change.key, change.row);
        else this.messages.delete(change.key);
        break;
      case 'requests':
        if (change.row) this.requests.set(change.key, change.row);
        else {
          this.requests.delete(change.key);
          for (const message of this.messagesOf(change.key)) this.messages.delete(message.message_id);
        }
        break;
      default:
        throw new Error(`The model has no ${change.table}`);
    }
  }

  messagesOf(requestId: string): SyncedMessage[] {
    return [...this.messages.values()]
      .filter((message) => message.request_id === requestId)
      .sort((one, other) => one.ordinal - other.ordinal);
  }

  rowOf(request: SyncedRequest): RequestRow {
    const { ordinal, urgency, urgency_order, is_final, escalated_version, case_file, output, ...row } =
      request;
    return {
      ...row,
      requester_name: this.people.get(request.requester ?? '')?.name ?? null,
      waits_to_be_sent: false,
    };
  }

  private isSeen(request: SyncedRequest, { access, email }: Viewer): boolean {
    return access === 'all' || (access === 'own' && request.requester === email);
  }

  private isInView(request: SyncedRequest, view: QueueView, me: string): boolean {
    const { status, is_final, is_overdue, approver, delegate, requester } = request;
    switch (view) {
      case 'open':
        return !is_final;
      case 'mine':
        return (
          (status === 'Escalated' && (approver === me || (delegate === me && is_overdue))) ||
          (status === 'Waiting' && requester === me)
        );
      case 'escalated':
        return status === 'Escalated';
      case 'waiting':
        return status === 'Waiting';
      case 'overdue':
        return !is_final && is_overdue;
      case 'done':
        return is_final;
      case 'all':
        return true;
    }
  }

  private holds(request: SyncedRequest, search: string): boolean {
    const { request_id, lead_label, target_record, summary, requester, rationale } = request;
    const texts = [request_id, lead_label, target_record, summary, requester, rationale];
    texts.push(
      this.people.get(requester ?? '')?.name ?? null,
      ...this.messagesOf(request_id).map(({ text }) => text),
    );
    const held = texts.flatMap((text) => fold(text ?? ''));
    return fold(search).every((word) => held.some((one) => one.startsWith(word)));
  }

  private compare(
    sort: Query['sort'],
    isSearch: boolean,
  ): (one: SyncedRequest, other: SyncedRequest) => number {
    const byText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
    switch (sort) {
      case 'urgency':
        return (a, b) => a.urgency - b.urgency || a.urgency_order - b.urgency_order;
      case 'updated':
        return (a, b) => byText(b.updated_at, a.updated_at) || b.ordinal - a.ordinal;
      case 'oldest':
        return (a, b) => (isSearch ? 0 : byText(a.created_at, b.created_at)) || a.ordinal - b.ordinal;
      default:
        return (a, b) => (isSearch ? 0 : byText(b.created_at, a.created_at)) || b.ordinal - a.ordinal;
    }
  }

  /** All pages in one. */
  list(query: Query, viewer: Viewer): RequestRow[] {
    const has = (wanted: readonly string[] | undefined, value: string | null) =>
      !wanted?.length || (value !== null && wanted.includes(value));
    const isSearch = fold(query.search ?? '').length > 0;
    return [...this.requests.values()]
      .filter(
        (one) =>
          this.isSeen(one, viewer) &&
          this.isInView(one, query.view, viewer.email) &&
          has(query.status, one.status) &&
          has(query.priority, one.priority) &&
          has(query.reason, one.reason) &&
          has(query.source, one.source) &&
          this.holds(one, query.search ?? ''),
      )
      .sort(this.compare(query.sort, isSearch))
      .map((one) => this.rowOf(one));
  }

  counts(viewer: Viewer): QueueCounts {
    const seen = [...this.requests.values()].filter((one) => this.isSeen(one, viewer));
    return Object.fromEntries(
      queueViews.map((view) => [view, seen.filter((one) => this.isInView(one, view, viewer.email)).length]),
    ) as QueueCounts;
  }
}
