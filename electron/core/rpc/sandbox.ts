import type { SandboxMessage } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { DemoWorkspace } from '../demo.ts';
import type { SlackMessage } from '../sandbox/slack.ts';
import type { Db } from '../store/db.ts';
import { listPeople } from '../store/people.ts';
import { implementation } from './implementation.ts';

export interface SandboxHandlerOptions {
  db: Db;
  demo: DemoWorkspace;
}

/** @param options null where the workspace is not the demo's */
export function sandboxHandlers(options: SandboxHandlerOptions | null) {
  const required = (): SandboxHandlerOptions => {
    if (!options) throw new AppError('not_found', 'The sandbox is there in the demo workspace only.');
    return options;
  };

  /** Thread to request, for the threads that Slack still shows. */
  async function requestsByThread(db: Db): Promise<Map<string, string>> {
    const rows = await db.kysely
      .selectFrom('requests')
      .select(['request_id', 'channel', 'thread'])
      .where('source', '=', 'slack')
      .where('thread', 'is not', null)
      .orderBy('ordinal', 'desc')
      .limit(1_000)
      .execute();
    return new Map(rows.toReversed().map((row) => [`${row.channel} ${row.thread}`, row.request_id]));
  }

  function shownMessage(
    message: SlackMessage,
    about: { names: Map<string, string>; byThread: Map<string, string> },
  ): SandboxMessage {
    const { channel, ts, threadTs, user, isBot, text, blocks, key } = message;
    const thread = threadTs ?? ts;
    return {
      channel,
      ts,
      threadTs: thread,
      user,
      userName: isBot ? 'Switchyard' : (about.names.get(user) ?? user),
      isAgent: isBot,
      text,
      blocks: [...blocks],
      // Our own messages carry the request in their key, direct ones above all.
      requestId: key?.split(':')[0] ?? about.byThread.get(`${channel} ${thread}`) ?? null,
    };
  }

  return {
    state: implementation.sandbox.state.handler(async () => {
      const { db, demo } = required();
      const { sandbox, channels, examples } = demo;
      const [people, byThread] = await Promise.all([listPeople(db.kysely), requestsByThread(db)]);
      const names = new Map(people.flatMap(({ slack, name }) => (slack === null ? [] : [[slack, name]])));
      const messages = sandbox.slack.messages();
      const direct = new Map(
        messages.flatMap(({ channel, directTo }) =>
          directTo === null ? [] : [[channel, directTo] as const],
        ),
      );
      const writes = { salesforce: sandbox.salesforce.writes(), hubspot: sandbox.hubspot.writes() };
      return {
        people: people.flatMap(({ slack, name, email, roles, active }) =>
          slack === null || !active ? [] : [{ slackId: slack, name, email, roles }],
        ),
        channels: [
          ...channels.map((channel) => ({ ...channel, directWith: null })),
          ...[...direct].map(([id, user]) => ({ id, name: names.get(user) ?? user, directWith: user })),
        ],
        messages: messages.map((message) => shownMessage(message, { names, byThread })),
        records: [...sandbox.salesforce.records(), ...sandbox.hubspot.records()].map((record) => ({
          record,
          writes: writes[record.system][record.id] ?? 0,
        })),
        examples,
      };
    }),
    send: implementation.sandbox.send.handler(({ input }) => {
      const { ts } = required().demo.sandbox.slack.sendMessage(input);
      return { ts };
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
