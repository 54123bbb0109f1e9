/**
 * What has made `outbox.db` what it is, oldest first; `user_version` says how many were applied. A migration is never
 * edited once it was released, and keeps every entry: there is no other copy of them.
 */
export const outboxMigrations: readonly string[] = [
  `create table entries (
     ordinal integer primary key autoincrement,
     entry_id text not null unique,
     kind text not null,
     author text not null,
     request_id text,
     summary text not null,
     payload text not null,
     seen text,
     created_at text not null,
     -- SHA-256 of all of the above: what is saved from a damaged file is what somebody wrote, to the letter.
     digest text not null,
     state text not null default 'waiting',
     problem text,
     code text,
     attempts integer not null default 0,
     next_try_at text,
     now text,
     changed text not null default '[]'
   );
   create index entries_by_state on entries (state, ordinal);
   create index entries_of_requests on entries (request_id, ordinal) where request_id is not null`,
];
