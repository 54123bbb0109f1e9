-- Where a message stands in its chat: to find what an edit or a deletion is about, and to take a card's buttons away.
alter table messages
  add column place jsonb,
  add column card_settled_at timestamptz;
create index messages_with_buttons on messages (request_id)
  where card is not null and place is not null and card_settled_at is null;

-- What a chat has to be asked for. Once it was, the content is there or the problem says why it is not.
alter table attachments
  add column source text,
  add column chat_file jsonb,
  add column problem text;
create index attachments_to_fetch on attachments (request_id)
  where chat_file is not null and content is null and problem is null;

-- Who looks at our own page in a chat, so that it is kept up to date for them.
create table chat_homes (
  source text not null,
  chat_user text not null,
  opened_at timestamptz not null,
  primary key (source, chat_user)
);

-- Groups of people as a chat listed them last; members are the chat's user ids, in its order.
create table chat_groups (
  source text not null,
  group_id text not null,
  handle text not null,
  members text[] not null,
  read_at timestamptz not null,
  primary key (source, group_id)
);
