-- The change feed: every change of a synced table carries the transaction that made it and a number, and what is gone
-- leaves a mark. A reader's cursor is the pair (feed_xid, feed_id), and it reads only what no transaction that still
-- runs can come before: feed_xid < pg_snapshot_xmin(pg_current_snapshot()).

create sequence feed_ids;

-- Whether a decision of a human waits for the agent shows at its request, and changes it.
alter table requests add column has_pending_decision boolean not null default false;
update requests set has_pending_decision = true
where request_id in (select request_id from human_decisions where state = 'pending');

-- Colleagues' comments, which nobody outside is sent.
alter table messages drop constraint messages_direction_check;
alter table messages add constraint messages_direction_check check (direction in ('in', 'out', 'note'));

-- Rows that are there count as changed by this transaction. A default that is not constant rewrites a table without
-- firing its triggers, so that the append-only audit log can take part. feed_at tells how late a change is; it never
-- decides what is read.
alter table people
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();
alter table requests
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();
alter table messages
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();
alter table attachments
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();
alter table routing_audit
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();
alter table audit_log
  add column feed_xid xid8 not null default pg_current_xact_id(),
  add column feed_id bigint not null default nextval('feed_ids'),
  add column feed_at timestamptz not null default clock_timestamp();

create index people_by_change on people (feed_xid, feed_id);
create index requests_by_change on requests (feed_xid, feed_id);
create index messages_by_change on messages (feed_xid, feed_id);
create index attachments_by_change on attachments (feed_xid, feed_id);
create index routing_audit_by_change on routing_audit (feed_xid, feed_id);
create index audit_log_by_change on audit_log (feed_xid, feed_id);

create function stamp_change() returns trigger language plpgsql as $$
begin
  new.feed_xid := pg_current_xact_id();
  new.feed_id := nextval('feed_ids');
  new.feed_at := clock_timestamp();
  return new;
end $$;

-- Updates count only where they set a column that desks keep: a lease or a claim is nothing that a desk shows.
create trigger people_are_stamped before insert or update on people
  for each row execute function stamp_change();
create trigger requests_are_stamped before insert or update of
    ordinal, request_id, requester, summary, business_justification, target_system_or_record, target_record,
    lead_label, status, priority, decision, rationale, current_owner, next_owner, reason, approver, delegate, rule,
    policy, source, due_at, is_overdue, created_at, updated_at, closed_at, version, escalated_version, refers_to,
    case_file, output, has_pending_decision
  on requests for each row execute function stamp_change();
create trigger messages_are_stamped before insert or update of
    ordinal, message_id, request_id, direction, audience, author, author_name, text, source, created_at, sent_at
  on messages for each row execute function stamp_change();
create trigger attachments_are_stamped before insert or update of
    attachment_id, request_id, name, media_type, size_bytes, created_at
  on attachments for each row execute function stamp_change();
create trigger routing_audit_is_stamped before insert or update on routing_audit
  for each row execute function stamp_change();
create trigger audit_log_is_stamped before insert on audit_log
  for each row execute function stamp_change();

create function note_pending_decision() returns trigger language plpgsql as $$
declare
  decided text := case tg_op when 'DELETE' then old.request_id else new.request_id end;
begin
  if tg_op = 'UPDATE' and (old.state = 'pending') = (new.state = 'pending') then
    return null;
  end if;
  update requests
  set has_pending_decision = exists (
    select from human_decisions d where d.request_id = decided and d.state = 'pending')
  where request_id = decided;
  return null;
end $$;
create trigger human_decisions_show_at_their_request after insert or delete or update of state on human_decisions
  for each row execute function note_pending_decision();

-- Rows that a reader has to look at again although no stamp of theirs says so: those that are gone, for everybody,
-- and requests that have changed hands, for the one who may no longer see them and the one who may now.
create table feed_marks (
  table_name text not null,
  key text not null,
  -- Null: everybody.
  viewer text,
  feed_xid xid8 not null default pg_current_xact_id(),
  feed_id bigint not null default nextval('feed_ids') primary key,
  feed_at timestamptz not null default clock_timestamp()
);
create index feed_marks_by_change on feed_marks (feed_xid, feed_id);
create index feed_marks_by_time on feed_marks (feed_at);

-- The argument is the key's column.
create function mark_removal() returns trigger language plpgsql as $$
declare
  old_key text;
  new_key text;
begin
  execute format('select ($1).%I', tg_argv[0]) into old_key using old;
  if tg_op = 'UPDATE' then
    execute format('select ($1).%I', tg_argv[0]) into new_key using new;
  end if;
  if old_key is distinct from new_key then
    insert into feed_marks (table_name, key) values (tg_table_name, old_key);
  end if;
  return null;
end $$;
create trigger people_leave_a_mark after delete or update of email on people
  for each row execute function mark_removal('email');
create trigger requests_leave_a_mark after delete or update of request_id on requests
  for each row execute function mark_removal('request_id');
create trigger messages_leave_a_mark after delete or update of message_id on messages
  for each row execute function mark_removal('message_id');
create trigger attachments_leave_a_mark after delete or update of attachment_id on attachments
  for each row execute function mark_removal('attachment_id');
create trigger routing_audit_leaves_a_mark after delete or update of routing_audit_id on routing_audit
  for each row execute function mark_removal('routing_audit_id');

create function mark_new_requester() returns trigger language plpgsql as $$
begin
  insert into feed_marks (table_name, key, viewer)
  select 'requests', new.request_id, viewer
  from unnest(array[old.requester, new.requester]) as viewer
  where viewer is not null;
  return null;
end $$;
create trigger requests_that_change_hands_leave_a_mark after update of requester on requests
  for each row when (old.requester is distinct from new.requester) execute function mark_new_requester();

-- Requests and messages are announced by their ids; whatever else desks keep is announced without one.
create function announce_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('switchyard_changes', '');
  return null;
end $$;
create trigger people_are_announced after insert or update on people
  for each statement execute function announce_change();
create trigger attachments_are_announced after insert or update on attachments
  for each statement execute function announce_change();
create trigger routing_audit_is_announced after insert or update on routing_audit
  for each statement execute function announce_change();
create trigger audit_log_is_announced after insert on audit_log
  for each statement execute function announce_change();
create trigger feed_marks_are_announced after insert on feed_marks
  for each statement execute function announce_change();

-- What a desk's copy is a copy of, together with the server's own identity. A cursor before the floor may have missed
-- marks that were thrown away since.
create table feed_state (
  is_only boolean primary key default true check (is_only),
  generation uuid not null default gen_random_uuid(),
  floor_xid xid8 not null default '0',
  floor_id bigint not null default 0
);
insert into feed_state default values;

-- Every desk builds its copy anew. For whoever has put an older state of the server back in place.
create function renew_feed_generation() returns void language sql as $$
  update feed_state set generation = gen_random_uuid();
$$;

create function renew_feed_after_truncate() returns trigger language plpgsql as $$
begin
  perform renew_feed_generation();
  return null;
end $$;
create trigger people_emptied after truncate on people
  for each statement execute function renew_feed_after_truncate();
create trigger requests_emptied after truncate on requests
  for each statement execute function renew_feed_after_truncate();
create trigger messages_emptied after truncate on messages
  for each statement execute function renew_feed_after_truncate();
create trigger attachments_emptied after truncate on attachments
  for each statement execute function renew_feed_after_truncate();
create trigger routing_audit_emptied after truncate on routing_audit
  for each statement execute function renew_feed_after_truncate();

-- Throws away marks of that age and gives how many. A desk that was away for longer builds its copy anew.
create function prune_feed_marks(age interval) returns bigint language sql as $$
  with pruned as (
    delete from feed_marks where feed_at < clock_timestamp() - age returning feed_xid, feed_id
  ), last_pruned as (
    select feed_xid, feed_id from pruned order by feed_xid desc, feed_id desc limit 1
  ), raised as (
    update feed_state s set floor_xid = l.feed_xid, floor_id = l.feed_id
    from last_pruned l where (l.feed_xid, l.feed_id) > (s.floor_xid, s.floor_id)
  )
  select count(*) from pruned;
$$;
