import { z } from 'zod';

/** The systems that an admin connects, in the order in which they are shown. */
export const connectedSystems = [
  'slack',
  'teams',
  'salesforce',
  'hubspot',
  'confluence',
  'sharepoint',
] as const;
export const ConnectedSystem = z.enum(connectedSystems);
export type ConnectedSystem = z.infer<typeof ConnectedSystem>;

/**
 * One permission or setting of a connection, tried by a real call that changes nothing at the vendor.
 * `missing`: the vendor says no, and `remedy` says where to allow it. `failed`: it could not be found out.
 * `skipped`: nothing to try it with, or an earlier check has to pass first; `detail` says which.
 */
export const ConnectionCheck = z.object({
  /** Unique within the system and the same for each run, e.g. `read-contacts`. */
  id: z.string(),
  /** What is tried, in the user's words: `Read contacts`. */
  title: z.string(),
  state: z.enum(['ok', 'missing', 'failed', 'skipped']),
  /** What was found or what is wrong, in plain words. */
  detail: z.string().nullable(),
  /** What to do about it, and the vendor's page where it is done. */
  remedy: z.object({ text: z.string(), url: z.url().nullable() }).nullable(),
});
export type ConnectionCheck = z.infer<typeof ConnectionCheck>;

/** A place that the program listens to or reads from. */
export const WatchedPlace = z.object({
  kind: z.enum(['channel', 'page', 'file', 'space', 'site']),
  id: z.string(),
  name: z.string(),
  url: z.url().nullable(),
});
export type WatchedPlace = z.infer<typeof WatchedPlace>;

/** How much of a vendor's allowance is left, as the vendor's last answer said. */
export const RateBudget = z.object({
  used: z.number().nonnegative(),
  limit: z.number().positive(),
  /** The window that the allowance is for, in words: `a day`, `10 seconds`. */
  window: z.string(),
});
export type RateBudget = z.infer<typeof RateBudget>;

/** What an admin sees of one connection. No secret is in it: only which of them are kept. */
export const Connection = z.object({
  system: ConnectedSystem,
  state: z.enum(['not connected', 'untried', 'ok', 'trouble', 'paused']),
  /** Where its settings come from. Only what was set up on the screen can be changed there. */
  setBy: z.enum(['environment', 'screen', 'sandbox']).nullable(),
  /** Variable to value, without the secrets. */
  values: z.record(z.string(), z.string()),
  /** The variables whose secret is kept. */
  keptSecrets: z.array(z.string()),
  /** Who is signed in at the vendor, where somebody has to be. */
  account: z.string().nullable(),
  lastSuccessAt: z.iso.datetime().nullable(),
  lastError: z.object({ at: z.iso.datetime(), message: z.string() }).nullable(),
  budget: RateBudget.nullable(),
  watched: z.array(WatchedPlace),
});
export type Connection = z.infer<typeof Connection>;

/** How far a sign-in at a vendor is. */
export const SignInProgress = z.discriminatedUnion('step', [
  /** The page to open in a browser on this machine. */
  z.object({ step: z.literal('open'), url: z.url() }),
  /** The page to open on any machine, and what to enter there. */
  z.object({ step: z.literal('code'), url: z.url(), code: z.string() }),
  z.object({ step: z.literal('done'), account: z.string() }),
]);
export type SignInProgress = z.infer<typeof SignInProgress>;
