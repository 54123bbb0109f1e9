import { z } from 'zod';
import type { ChatSystem, SandboxChat, SandboxMessage } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { readHtml } from '../connectors/teams/html.ts';
import { requestInReference } from '../connectors/teams/reference.ts';
import type { DemoWorkspace } from '../demo.ts';
import type { SlackMessage } from '../sandbox/slack.ts';
import type { TeamsMessage } from '../sandbox/teams.ts';
import type { Db } from '../store/db.ts';
import { listPeople } from '../store/people.ts';
import { implementation } from './implementation.ts';

export interface SandboxHandlerOptions {
  db: Db;
  demo: DemoWorkspace;
}

/** What a message is shown with: its author's name, and the request that its thread became. */
interface About {
  nameOf(user: string): string;
  requestOf(channel: string, thread: string): string | null;
}

/** @param options null where the workspace is not the demo's */
export function sandboxHandlers(options: SandboxHandlerOptions | null) {
  const required = (): SandboxHandlerOptions => {
    if (!options) throw new AppError('not_found', 'The sandbox is there in the demo workspace only.');
    return options;
  };

  return {
    state: implementation.sandbox.state.handler(async () => {
      const { db, demo } = required();
      const { sandbox, examples } = demo;
      const [people, byThread] = await Promise.all([listPeople(db.kysely), requestsByThread(db)]);
      const aboutOf = (system: ChatSystem): About => {
        const names = new Map(people.map((person) => [person[system], person.name]));
        return {
          nameOf: (user) => names.get(user) ?? user,
          requestOf: (channel, thread) => byThread.get(`${system} ${channel} ${thread}`) ?? null,
        };
      };
      const writes = { salesforce: sandbox.salesforce.writes(), hubspot: sandbox.hubspot.writes() };
      return {
        chats: [
          chatOf('slack', { demo, people, about: aboutOf('slack') }),
          chatOf('teams', { demo, people, about: aboutOf('teams') }),
        ].filter((chat) => chat.people.length > 0),
        records: [...sandbox.salesforce.records(), ...sandbox.hubspot.records()].map((record) => ({
          record,
          writes: writes[record.system][record.id] ?? 0,
        })),
        examples,
      };
    }),
    send: implementation.sandbox.send.handler(({ input }) => {
      const { slack, teams } = required().demo.sandbox;
      const { system, threadTs, ...message } = input;
      if (system === 'slack') return { ts: slack.sendMessage({ ...message, threadTs }).ts };
      return { ts: teams.sendMessage({ ...message, thread: threadTs }).id };
    }),
    press: implementation.sandbox.press.handler(async ({ input }) => {
      const outcome = await required().demo.sandbox.slack.pressButton(input);
      if (!outcome.isSent) throw new AppError('invalid_input', outcome.problems.join(' '));
      return {};
    }),
    changeRecord: implementation.sandbox.changeRecord.handler(({ input }) => {
      const { sandbox } = required().demo;
      const crm = sandbox[input.system];
      const ownerId = crm.ownerIdOf(input.ownerEmail);
      if (ownerId === null)
        throw new AppError('not_found', `${input.ownerEmail} has no user in that CRM. Choose somebody else.`);
      const field = input.system === 'salesforce' ? 'OwnerId' : 'hubspot_owner_id';
      crm.patch(input.id, { [field]: ownerId });
      return {};
    }),
  };
}

/** Chat, channel and thread to request, for the threads that the chats still show. */
async function requestsByThread(db: Db): Promise<Map<string, string>> {
  const rows = await db.kysely
    .selectFrom('requests')
    .select(['request_id', 'source', 'channel', 'thread'])
    .where('source', 'in', ['slack', 'teams'])
    .where('thread', 'is not', null)
    .orderBy('ordinal', 'desc')
    .limit(1_000)
    .execute();
  return new Map(
    rows
      .toReversed()
      .map(({ request_id, source, channel, thread }) => [`${source} ${channel} ${thread}`, request_id]),
  );
}

function chatOf(
  system: ChatSystem,
  { demo, people, about }: { demo: DemoWorkspace; people: readonly Person[]; about: About },
): SandboxChat {
  const { sandbox, channels } = demo;
  const posted = system === 'slack' ? sandbox.slack.messages() : sandbox.teams.messages();
  const direct = new Map(
    posted.flatMap(({ channel, directTo }) => (directTo === null ? [] : [[channel, directTo] as const])),
  );
  return {
    system,
    people: people.flatMap(({ [system]: id, name, email, roles, active }) =>
      id === null || !active ? [] : [{ id, name, email, roles }],
    ),
    channels: [
      ...channels[system].map((channel) => ({ ...channel, directWith: null })),
      ...[...direct].map(([id, user]) => ({ id, name: about.nameOf(user), directWith: user })),
    ],
    messages: posted.map((message) =>
      'ts' in message ? slackMessage(message, about) : teamsMessage(message, about),
    ),
  };
}

function slackMessage(message: SlackMessage, about: About): SandboxMessage {
  const { channel, ts, threadTs, user, isBot, text, blocks, key } = message;
  const thread = threadTs ?? ts;
  return {
    channel,
    ts,
    threadTs: thread,
    user,
    userName: isBot ? 'Switchyard' : about.nameOf(user),
    isAgent: isBot,
    // Slack's stamps are seconds since 1970 with a serial number behind the point.
    at: new Date(Number.parseFloat(ts) * 1_000).toISOString(),
    text,
    blocks: [...blocks],
    card: null,
    // Our own messages carry the request in their key, direct ones above all.
    requestId: key?.split(':')[0] ?? about.requestOf(channel, thread),
  };
}

function teamsMessage(message: TeamsMessage, about: About): SandboxMessage {
  const { channel, id, thread, quoted, user, isOurs, html, card } = message;
  const text = readHtml(html, []);
  const root = thread ?? quoted ?? id;
  return {
    channel,
    ts: id,
    threadTs: root,
    user,
    userName: isOurs ? 'Switchyard' : about.nameOf(user),
    isAgent: isOurs,
    at: new Date(Number(id)).toISOString(),
    text,
    blocks: [],
    card: card === null ? null : Card.parse(JSON.parse(card)),
    requestId: (isOurs ? requestInReference(text) : null) ?? about.requestOf(channel, root),
  };
}

const Card = z.record(z.string(), z.unknown());
