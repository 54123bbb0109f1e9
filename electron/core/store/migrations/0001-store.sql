-- The shared store. Names of the brief's two tables and their columns are the brief's own.

create table people (
  email text primary key check (email = lower(email)),
  name text not null,
  slack text unique,
  teams text unique,
  roles text[] not null default '{}',
  active boolean not null default true
);

create sequence request_numbers start 1001;

create table requests (
  -- The order of creation; paging and sorting break ties by it.
  ordinal bigint primary key default nextval('request_numbers'),
  request_id text not null unique,
  requester text,
  -- The vendor's user id of the sender, kept also where no person is known by it.
  requester_chat text,
  summary text not null,
  business_justification text,
  target_system_or_record text,
  target_record text,
  status text not null default 'New'
    check (status in ('New', 'Triaging', 'Waiting', 'Escalated', 'Completed', 'Rejected', 'Closed')),
  priority text not null default 'Medium' check (priority in ('Low', 'Medium', 'High')),
  chosen_priority text check (chosen_priority in ('Low', 'Medium', 'High')),
  decision text check (decision in ('Approved', 'Rejected', 'Escalated', 'Cancelled')),
  rationale text,
  current_owner text,
  next_owner text,
  reason text,
  approver text,
  -- The approver who returned the case, or under whom a decision went stale: it goes to the same one again.
  earlier_approver text,
  delegate text,
  rule text,
  policy text[] not null default '{}',
  lead_label text,
  source text not null check (source in ('slack', 'teams', 'form', 'import')),
  channel text,
  thread text,
  refers_to text references requests (request_id),
  case_file jsonb,
  output jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  version bigint not null default 1,
  -- The version under which the case was escalated last; a decision on an older one is out of date.
  escalated_version bigint,
  -- End of the running review window; its length is kept, because it may have to run a second time.
  due_at timestamptz,
  review_window_ms bigint,
  reminders smallint not null default 0,
  is_overdue boolean not null default false,
  -- Messages up to this one were read by the run that decided last.
  read_through bigint not null default 0,
  -- What a run has begun to write to a CRM and not finished recording.
  open_plan jsonb,
  -- Only the runner that holds the newest epoch may record anything. Times are the database's own.
  lease_epoch bigint not null default 0,
  lease_until timestamptz,
  lease_holder text,
  is_final boolean not null generated always as (status in ('Completed', 'Rejected', 'Closed')) stored,
  urgency smallint not null generated always as (
    (case when status in ('Completed', 'Rejected', 'Closed') then 100 else 0 end)
    + (case when is_overdue then 0 else 20 end)
    + (case priority when 'High' then 0 when 'Medium' then 4 else 8 end)
    + (case status when 'Escalated' then 0 when 'Waiting' then 2 else 1 end)
  ) stored,
  -- Within one urgency what is open waits longest first, what is done comes newest first.
  urgency_order bigint not null generated always as (
    case when status in ('Completed', 'Rejected', 'Closed') then -ordinal else ordinal end
  ) stored,
  search tsvector not null generated always as (
    to_tsvector('simple', request_id || ' ' || left(summary, 20000) || ' ' || coalesce(target_record, '') || ' '
      || coalesce(lead_label, '') || ' ' || coalesce(requester, '') || ' ' || left(coalesce(rationale, ''), 20000))
  ) stored
);

create index requests_by_urgency on requests (urgency, urgency_order);
create index requests_by_creation on requests (created_at, ordinal);
create index requests_by_update on requests (updated_at, ordinal);
create index requests_by_status on requests (status);
create index requests_of_approvers on requests (approver) where status = 'Escalated';
create index requests_of_requesters on requests (requester);
create index requests_by_thread on requests (source, channel, thread) where thread is not null;
create index requests_by_words on requests using gin (search);
create index requests_unfinished on requests (ordinal) where not is_final;

create table messages (
  ordinal bigint generated always as identity primary key,
  message_id text not null unique,
  request_id text not null references requests (request_id),
  direction text not null check (direction in ('in', 'out')),
  audience text check (audience in ('requester', 'approver', 'thread')),
  author text,
  author_name text,
  text text not null,
  source text not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  -- Outgoing only: our own key, under which the vendor keeps the message too.
  key text unique,
  destination jsonb,
  card jsonb,
  -- One sender at a time: who has claimed the message may post it until then, by the database's clock.
  claimed_until timestamptz,
  attempts smallint not null default 0,
  undeliverable text
);
create index messages_of_requests on messages (request_id, ordinal);
create index messages_unsent on messages (request_id, ordinal)
  where direction = 'out' and sent_at is null and undeliverable is null;

create table attachments (
  attachment_id text primary key,
  request_id text not null references requests (request_id),
  name text not null,
  media_type text not null,
  size_bytes bigint not null,
  -- Null where the file stays with the vendor.
  content bytea,
  url text,
  created_at timestamptz not null
);
create index attachments_of_requests on attachments (request_id);

-- Every event and message of a vendor that was taken in, so that a redelivery is recognised.
create table intake_events (
  source text not null,
  key text not null,
  request_id text not null references requests (request_id),
  received_at timestamptz not null,
  primary key (source, key)
);

-- What people decided. The first of an escalation that gets here stands.
create table human_decisions (
  ordinal bigint generated always as identity primary key,
  idempotency_key text not null unique,
  request_id text not null references requests (request_id),
  actor text not null,
  action text not null check (action in ('approve', 'reject', 'return')),
  owner text,
  note text,
  seen_version bigint,
  via text not null,
  state text not null default 'pending'
    check (state in ('pending', 'applied', 'stale', 'impossible', 'failed')),
  created_at timestamptz not null,
  finished_at timestamptz
);
create unique index human_decisions_pending on human_decisions (request_id) where state = 'pending';
create index human_decisions_of_requests on human_decisions (request_id, ordinal);

-- A write to a CRM: stored before it is made, finished when it was read back.
create table intents (
  intent_id text primary key,
  request_id text not null references requests (request_id),
  system text not null check (system in ('salesforce', 'hubspot')),
  record text not null,
  previous_owner text,
  new_owner text not null,
  new_owner_id text not null,
  stamp text,
  state text not null default 'planned' check (state in ('planned', 'done', 'abandoned')),
  created_at timestamptz not null,
  finished_at timestamptz
);
create index intents_of_requests on intents (request_id);

create table routing_audit (
  ordinal bigint generated always as identity primary key,
  routing_audit_id text not null unique,
  request_id text not null references requests (request_id),
  system text not null,
  record text not null,
  previous_owner text,
  new_owner text not null,
  rule text,
  reason text not null,
  created_at timestamptz not null,
  -- The intent that it records, so that one write is recorded once.
  intent_id text unique references intents (intent_id)
);
create index routing_audit_of_requests on routing_audit (request_id);

create table routing_rules (
  rule_id text not null,
  version integer not null,
  rule jsonb not null,
  is_current boolean not null,
  changed_by text,
  changed_at timestamptz not null,
  primary key (rule_id, version)
);
create unique index routing_rules_current on routing_rules (rule_id) where is_current;

create table named_accounts (
  name text primary key,
  domains text[] not null default '{}',
  tier text not null check (tier in ('strategic', 'named')),
  owner text not null
);

create table pools (
  pool text primary key,
  time_zone text not null,
  members jsonb not null
);

-- Whose turn it is, and how many leads each member took on the day (of the pool's zone).
create table pool_states (
  pool text primary key,
  day text not null,
  current_weights jsonb not null,
  taken_today jsonb not null
);

-- A request takes one turn, however often it is judged.
create table pool_turns (
  request_id text primary key references requests (request_id),
  pool text not null,
  owner text not null,
  taken_at timestamptz not null
);

create table escalation_owners (
  ordinal bigint generated always as identity primary key,
  reason text not null,
  region text[],
  approver text not null,
  delegate text,
  review_window text
);

-- The last copy of every policy page that could be read.
create table policy_pages (
  source text not null,
  id text not null,
  version integer not null,
  title text not null,
  body text not null,
  url text,
  labels text[] not null default '{}',
  fetched_at timestamptz not null,
  primary key (source, id)
);

-- Facts about this workspace, e.g. which demo data it was filled with.
create table workspace (
  key text primary key,
  value jsonb not null
);

-- The audit log: append-only, every event chained to its predecessor by SHA-256.
create sequence audit_event_numbers start 2001;

create table audit_log (
  ordinal bigint primary key,
  event_id text not null unique,
  request_id text not null,
  actor text not null,
  event_type text not null
    check (event_type in ('Message', 'Tool Call', 'Decision', 'Escalation', 'Approval', 'Rejection', 'Closure')),
  -- As written, letter for letter: json, not jsonb.
  details json not null,
  created_at timestamptz not null,
  -- The canonical JSON (RFC 8785) of the event without its id, which the hash covers.
  content text not null,
  previous_hash text not null,
  hash text not null
);
create index audit_log_of_requests on audit_log (request_id, ordinal);
create unique index audit_log_one_closure on audit_log (request_id) where event_type = 'Closure';

create table audit_head (
  is_only boolean primary key default true check (is_only),
  ordinal bigint not null,
  hash text not null
);
insert into audit_head (ordinal, hash) values (0, repeat('0', 64));

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only.' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_is_append_only before update or delete on audit_log
  for each row execute function refuse_audit_change();
create trigger audit_log_is_never_emptied before truncate on audit_log
  for each statement execute function refuse_audit_change();

-- Appends events in order. Each is {"content": canonical JSON, "details": JSON as written, "event_id"?: text};
-- the columns are taken from the content, so that what is hashed is what is shown. Locks the head until the
-- transaction ends: a chain has one end.
create function append_audit(events jsonb) returns setof text language plpgsql as $$
declare
  event jsonb;
  content_text text;
  content jsonb;
  head audit_head%rowtype;
  new_id text;
  new_hash text;
begin
  select * into head from audit_head for update;
  for event in select * from jsonb_array_elements(events) loop
    content_text := event ->> 'content';
    content := content_text::jsonb;
    if content -> 'details' is distinct from (event ->> 'details')::jsonb then
      raise exception 'The details of an audit event differ from its content.';
    end if;
    new_id := coalesce(event ->> 'event_id', 'EVT-' || nextval('audit_event_numbers'));
    new_hash := encode(sha256(convert_to(
      'switchyard audit event 1' || E'\n' || head.hash || E'\n' || new_id || E'\n' || content_text, 'UTF8')), 'hex');
    insert into audit_log
      (ordinal, event_id, request_id, actor, event_type, details, created_at, content, previous_hash, hash)
    values
      (head.ordinal + 1, new_id, content ->> 'request_id', content ->> 'actor', content ->> 'event_type',
       (event ->> 'details')::json, (content ->> 'created_at')::timestamptz, content_text, head.hash, new_hash);
    head.ordinal := head.ordinal + 1;
    head.hash := new_hash;
    return next new_id;
  end loop;
  update audit_head set ordinal = head.ordinal, hash = head.hash;
end $$;

-- A hint for every console that shows the request; what changed is read from the tables.
create function announce_request() returns trigger language plpgsql as $$
begin
  perform pg_notify('switchyard_changes', new.request_id);
  return null;
end $$;
create trigger requests_are_announced after insert or update on requests
  for each row execute function announce_request();
create trigger messages_are_announced after insert or update on messages
  for each row execute function announce_request();
