import type { ChatFile, ChatGroup, ChatPlace } from '../../../shared/model/chat.ts';
import type {
  ConnectedSystem,
  ConnectionCheck,
  RateBudget,
  WatchedPlace,
} from '../../../shared/model/connection.ts';
import type { ChatDestination, DecisionCard } from '../../../shared/model/decision-card.ts';
import type { AppError } from '../../../shared/model/errors.ts';
import type {
  CrmAccount,
  CrmOpportunity,
  CrmOwner,
  CrmRecord,
  CrmSystem,
  OwnershipChange,
} from '../../../shared/model/lead.ts';
import type { PolicyPage } from '../../../shared/model/policy.ts';
import type { Priority } from '../../../shared/model/request.ts';

/**
 * What a connector is to the rest of the program. Every method makes as few vendor calls as it can, tries each one
 * once (retries stand in `agent/tools`, so that they are counted, audited and cancelled in one place) and throws an
 * `AppError` whose code is one of `vendor_unreachable`, `vendor_busy` (with `retryAfterMs` where the vendor said
 * it), `vendor_garbled`, `vendor_auth`, `vendor_refused` (with the vendor's own words), `record_changed` or
 * `cancelled`. Methods return null or an empty list for what is not there; that is no error.
 */
export interface CallOptions {
  signal?: AbortSignal;
}

/** What every connector can tell an admin about itself. */
export interface Connector {
  readonly system: ConnectedSystem;
  /**
   * Tries each permission and setting that the connector lives on by a real call that changes nothing, and tells each
   * result as it comes. What goes wrong is a result, not an error; only `cancelled` is thrown.
   */
  testConnection(options?: CallOptions): AsyncGenerator<ConnectionCheck, void, void>;
  /** The channels that are listened to, or the pages that are read, with the vendor's names for them. */
  watched(options?: CallOptions): Promise<WatchedPlace[]>;
}

/** What every connector is given beside its settings. */
export interface ConnectorParts {
  /** Told whenever an answer of the vendor says how much of its allowance is used. */
  onBudget?: ((budget: RateBudget) => void) | undefined;
}

export interface CrmConnector extends Connector {
  readonly system: CrmSystem;
  /** Open and closed records with this e-mail, letter case aside; deleted ones left out. */
  findByEmail(email: string, options?: CallOptions): Promise<CrmRecord[]>;
  /** Records whose personal name is this, letter case aside, and, where given, whose company begins with it. */
  findByName(
    query: { name: string | null; company: string | null },
    options?: CallOptions,
  ): Promise<CrmRecord[]>;
  /** By the vendor's id; Salesforce takes 15 or 18 characters. Null where there is no such record. */
  getRecord(id: string, options?: CallOptions): Promise<CrmRecord | null>;
  /** Records that may be the same person: same e-mail, or same last name at the same domain or company. */
  findPossibleDuplicates(record: CrmRecord, options?: CallOptions): Promise<CrmRecord[]>;
  /** Accounts or companies with this web domain or whose name begins alike; the caller judges the match. */
  findAccounts(
    query: {
      domain: string | null;
      name: string | null;
      companyId: string | null;
      /** Companies that the record is associated with beside it; they are told whatever they are called. */
      otherCompanyIds?: readonly string[] | undefined;
    },
    options?: CallOptions,
  ): Promise<CrmAccount[]>;
  /** Opportunities that are neither won nor lost. HubSpot: always empty until deals are connected. */
  findOpenOpportunities(accountIds: readonly string[], options?: CallOptions): Promise<CrmOpportunity[]>;
  /** Past changes of the owner, oldest first. */
  ownershipHistory(id: string, options?: CallOptions): Promise<OwnershipChange[]>;
  /** The user with this e-mail, active or not; null where the CRM knows none. */
  findOwner(email: string, options?: CallOptions): Promise<CrmOwner | null>;
  /** All users that may own records. */
  listOwners(options?: CallOptions): Promise<CrmOwner[]>;
  /**
   * Writes the owner if the record still carries `ifUnmodifiedSince`; throws `record_changed` where it does not.
   * Never retried here: the caller reads back first.
   */
  changeOwner(
    change: { id: string; ownerId: string; ifUnmodifiedSince: string | null },
    options?: CallOptions,
  ): Promise<void>;
}

/** What somebody wrote where the agent listens. */
export interface ChatMessageEvent {
  kind: 'message';
  source: 'slack' | 'teams';
  /** The vendor's id of the event: the same for every redelivery. */
  eventId: string;
  channel: string;
  /** Whether the channel is one person's direct messages with us. */
  isDirect: boolean;
  /** Whether it is meant for us: in a watched channel, a direct message, or a mention. A reply in a thread may not be. */
  isAddressed: boolean;
  /** The message that opened the thread; the message itself where it opened one. */
  thread: string;
  message: string;
  /** The vendor's user id. */
  user: string;
  /** The vendor's mark-up; `language` reads it. */
  text: string;
  files: ChatFile[];
}

/** A message that its author changed after it was sent. */
export interface ChatEditEvent {
  kind: 'edit';
  source: 'slack' | 'teams';
  /** The same for each delivery of one edit, and another for the next edit. */
  eventId: string;
  /** As it reads now, under its own event's id. */
  message: ChatMessageEvent;
  /** From the writing to this edit. */
  sinceWrittenMs: number;
}

/** A message that is gone. Chats do not say who removed it: its author or an admin. */
export interface ChatDeletionEvent {
  kind: 'deletion';
  source: 'slack' | 'teams';
  eventId: string;
  channel: string;
  thread: string;
  message: string;
}

/** The form for a routing error, filled in within the chat. */
export interface ChatReportEvent {
  kind: 'report';
  source: 'slack' | 'teams';
  eventId: string;
  user: string;
  /** What is wrong. */
  text: string;
  record: string | null;
  system: CrmSystem | null;
  justification: string | null;
  priority: Priority | null;
  /** The message that it was called on, with a link to it; null where it was called without one. */
  about: { channel: string; thread: string; url: string | null } | null;
}

/** A button that somebody pressed. */
export interface ChatActionEvent {
  kind: 'action';
  source: 'slack' | 'teams';
  eventId: string;
  requestId: string;
  /** The version of the request that the buttons were shown for. */
  version: number | null;
  user: string;
  action: 'approve' | 'reject' | 'return';
  owner: string | null;
  note: string | null;
  channel: string | null;
  message: string | null;
}

export type ChatEvent =
  | ChatMessageEvent
  | ChatEditEvent
  | ChatDeletionEvent
  | ChatActionEvent
  | ChatReportEvent;

export type { ChatFile, ChatGroup, DecisionCard };

export interface OutgoingMessage {
  /** A channel, or a user's id for a direct message. */
  to: ChatDestination;
  text: string;
  card?: DecisionCard;
  /**
   * Our own key. A message with this key that is there already is not posted again; set `mayBeThere` on a retry so
   * that the thread is looked through first.
   */
  key: string;
  mayBeThere: boolean;
}

/** Where a message was posted. */
export type PostedMessage = ChatPlace;

/** What a card becomes once nothing is to be decided on it any more: its buttons go. */
export interface SettledCard {
  place: PostedMessage;
  card: DecisionCard;
  /** What became of it: `Mei Tanaka approved it.` */
  outcome: string;
  /** ISO 8601; null where nobody decided. */
  decidedAt: string | null;
}

/** One line of somebody's page in the chat. */
export interface HomeEntry {
  requestId: string;
  title: string;
  /** Where it stands, in words. */
  state: string;
  /** Where it is talked about, to go there. */
  place: PostedMessage | null;
}

/** What somebody sees on our own page in the chat. */
export interface ChatHome {
  /** Their own open requests, the newest first. */
  requests: HomeEntry[];
  /** What waits for their decision, the most urgent first; null for who never decides. */
  toDecide: HomeEntry[] | null;
}

/** Why a thread cannot be written to although the vendor works: the thread or channel is gone or closed to us. */
export function isPlaceGone(error: AppError): boolean {
  return error.code === 'vendor_refused' && error.details.isPlaceGone === true;
}

export interface ListenOptions {
  /** The threads of cases that are open, the newest first: what was said there while nobody listened is read. */
  openThreads(): Promise<{ channel: string; thread: string }[]>;
  /** Somebody looks at our own page in the chat (see `showHome`). */
  onHomeOpened(user: string): Promise<void>;
  /** The members of a group have changed (see `listGroups`). */
  onGroupsChanged(): Promise<void>;
}

export interface ChatUser {
  id: string;
  email: string | null;
  name: string;
  isActive: boolean;
}

export interface ChatConnector extends Connector {
  readonly system: 'slack' | 'teams';
  /**
   * Listens. The handler resolves when the event is stored; only then is it acknowledged, so an event whose handler
   * rejects comes again. A payload that cannot be read is acknowledged, logged and reported by `onProblem`; so is a
   * vendor that cannot be listened to, and null when it can again. What was written while nobody listened is handed
   * on, too, under the ids that it would have had.
   */
  listen(
    handler: (event: ChatEvent) => Promise<void>,
    onProblem: (problem: string | null) => void,
    options?: ListenOptions,
  ): Promise<void>;
  stop(): Promise<void>;
  /** Throws an error that `isPlaceGone` knows where the thread or channel is not there any more. */
  post(message: OutgoingMessage, options?: CallOptions): Promise<PostedMessage>;
  /** Takes a card's buttons away and says what became of it; safe to repeat. Null where the chat lets nobody. */
  settleCard: ((settled: SettledCard, options?: CallOptions) => Promise<void>) | null;
  /** The file's content. Throws `vendor_refused` where it is too large or cannot be had. Null where files stay there. */
  readFile: ((file: ChatFile, options: CallOptions & { maximumBytes: number }) => Promise<Buffer>) | null;
  /** Shows somebody our own page. Null where the chat has none. */
  showHome: ((user: string, home: ChatHome, options?: CallOptions) => Promise<void>) | null;
  /** The groups of people that can be written to by one name. Null where the chat has none. */
  listGroups: ((options?: CallOptions) => Promise<ChatGroup[]>) | null;
  findUser(id: string, options?: CallOptions): Promise<ChatUser | null>;
  findUserByEmail(email: string, options?: CallOptions): Promise<ChatUser | null>;
}

/** A policy page by what it was called when it was last read. */
export type KnownPage = Pick<PolicyPage, 'id' | 'title'>;

export interface KnowledgeConnector extends Connector {
  readonly system: 'confluence' | 'sharepoint';
  /**
   * Every page that carries the label, with its whole body, in the vendor's order of relevance or id. `known` are pages
   * that governed within a day: a system that lists nothing of what it hides must not make one of them disappear.
   */
  findPolicyPages(
    query: { label: string; known?: readonly KnownPage[] },
    options?: CallOptions,
  ): Promise<PolicyPage[]>;
  readPage(id: string, options?: CallOptions): Promise<PolicyPage | null>;
}
