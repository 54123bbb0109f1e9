import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { Clock, Log } from '../ports.ts';
import type { World } from './world.ts';

/** A request as a vendor's server sees it. `url` is absolute; header names are in lower case. */
export interface StandInRequest {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** UTF-8 text; empty where the request has no body. */
  body: string;
}

/** An object or a list as `body` is sent as JSON, text and bytes as they are, with the content type from `headers`. */
export interface StandInReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | object;
}

/** At most `max` requests with this key in any `perMs` milliseconds of real time. */
export interface RateLimit {
  key: string;
  max: number;
  perMs: number;
}

/**
 * One vendor, without its sockets: `vendor-server.ts` stands in front and asks, in this order, whether a fault is
 * armed, whether the credentials are good and whether a rate limit is used up, before it hands the request on.
 */
export interface StandIn {
  /** Answers every request, also an unknown path or a broken body, as the vendor would; throws only for a defect. */
  handle(request: StandInRequest): Promise<StandInReply>;
  /** The vendor's own refusal of missing or wrong credentials, or null where they are good or none are needed. */
  refuse(request: StandInRequest): StandInReply | null;
  /** The vendor's own 429; Retry-After only where `retryAfterSeconds` is given. */
  busy(request: StandInRequest, retryAfterSeconds: number | null): StandInReply;
  /** The vendor's own 503. */
  unavailable(request: StandInRequest): StandInReply;
  /** Whether the request would change a record or post a message: what `write_then_reset` waits for. */
  isWrite(request: StandInRequest): boolean;
  limits(request: StandInRequest): readonly RateLimit[];
}

/** What a connector must present; the stand-ins refuse everything else. */
export interface SandboxCredentials {
  slack: { botToken: string; appToken: string };
  salesforce: { clientId: string; clientSecret: string; accessToken: string };
  hubspot: { accessToken: string };
  confluence: { email: string; apiToken: string; bearerToken: string };
  /** An app in Entra, and the refresh token of an account that has signed in to it. */
  microsoft: { tenantId: string; clientId: string; clientSecret: string; refreshToken: string };
}

/** What a stand-in is built from. It copies its part of the world and never changes the world itself. */
export interface StandInContext {
  world: World;
  clock: Clock;
  log: Log;
  credentials: SandboxCredentials;
  /** Where the stand-in is reached, without a slash at the end; known once the server listens, so ask late. */
  baseUrl(): string;
  /** To be called after every change of state, also one that came over the wire. */
  changed(): void;
}

/** What the scenario runner and the sandbox panel see and do in a stand-in CRM. */
export interface CrmStandIn extends StandIn {
  /** Lead or contact id to its owner's e-mail; null without an owner or with a queue. */
  owners(): Record<string, string | null>;
  /** Lead or contact id to the count of owner changes that were accepted over the wire; 0 is listed too. */
  writes(): Record<string, number>;
  /**
   * Somebody else changes any record, by the vendor's own field names (null empties a field); the modification
   * stamp moves on. Throws `not_found` for an unknown id.
   */
  patch(id: string, fields: Record<string, unknown>): void;
  /** The CRM's id of the user with this e-mail, letter case aside, or null. */
  ownerIdOf(email: string): string | null;
  /** Every lead or contact as the connector would read it. */
  records(): CrmRecord[];
}
