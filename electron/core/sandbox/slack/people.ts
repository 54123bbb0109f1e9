import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Deliveries, OutgoingEnvelope } from './deliveries.ts';
import { buttonsOf, chooseButton, type Forms, fillIn, fillInByLabel, type OpenView } from './forms.ts';
import {
  blockActions,
  groupMembersChanged,
  homeActions,
  homeOpened,
  messageChanged,
  messageDeleted,
  messageEvent,
  shortcut,
  viewJson,
  viewSubmission,
} from './payloads.ts';
import {
  app,
  type Json,
  type UserGroup,
  type Workspace,
  type WorkspaceFile,
  type WorkspaceMessage,
} from './workspace.ts';

/** What a person wants to do with an escalation: an owner is an e-mail, a note is a reason or a question, too. */
export interface SlackPress {
  user: string;
  action: 'approve' | 'reject' | 'return';
  owner?: string | null;
  note?: string | null;
}

/** Whether the decision went off, or what the form asks for in Slack's or the app's words. */
export type SlackPressOutcome = { isSent: true } | { isSent: false; problems: string[] };

/** What the people of the workspace do. */
export interface People {
  /**
   * Somebody writes a message; `deliveries` (1) is how often its event is delivered, acknowledged or not. An
   * `eventId` that was used before is that event delivered again, whatever else is given. A mention of the app in a
   * channel is a second event of its own.
   */
  sendMessage(message: {
    user: string;
    channel: string;
    text: string;
    threadTs?: string | null;
    files?: readonly Omit<WorkspaceFile, 'id'>[];
    eventId?: string;
    deliveries?: number;
  }): { ts: string; eventId: string };
  /** The author changes a message; the same text is what Slack tells when it unfolds a link. */
  editMessage(edit: { channel: string; ts: string; text: string; deliveries?: number }): void;
  /** The author deletes a message; one that has replies leaves a stone behind. */
  deleteMessage(message: { channel: string; ts: string }): void;
  /** Somebody opens the app's page. */
  openHome(user: string): void;
  /** What somebody sees on the app's page. */
  homeOf(user: string): Json | null;
  /** The members of a group change; a group that is not there comes to be. */
  setGroup(group: UserGroup): void;
  /**
   * Somebody calls the form for a routing error (on a message, from anywhere, or by the button of the app's page), fills
   * it in by the labels of its inputs, and submits it.
   */
  reportError(report: {
    user: string;
    from: 'message' | 'anywhere' | 'home';
    about?: { channel: string; ts: string };
    entered: Readonly<Record<string, string>>;
  }): Promise<SlackPressOutcome>;
  /**
   * Somebody presses a button of the message, by its label, fills in the form if one opens, and submits it. The app
   * is expected to open the form before it acknowledges the press; where none opens the press is repeated a few
   * times. Resolves when the app has acknowledged. Throws `not_found` without such a message or button, `cancelled`
   * when the stand-in stops.
   */
  pressButton(press: SlackPress & { channel: string; ts: string }): Promise<SlackPressOutcome>;
  /**
   * Presses on the newest message with buttons for the request, one that the user sees where there is one. Where the
   * app has taken all of them away, on what was there before: somebody's window may not have followed yet.
   */
  pressForRequest(press: SlackPress & { requestId: string }): Promise<SlackPressOutcome>;
}

/** How often a person presses again when no form opens. */
const pressTries = 5;

export function createPeople(parts: {
  workspace: Workspace;
  forms: Forms;
  deliveries: Deliveries;
  changed: () => void;
  baseUrl: () => string;
}): People & {
  /** The app has written a message: it reaches the app as an event, too. */
  announce(message: WorkspaceMessage): void;
  /** The app has changed a message. */
  announceChange(before: WorkspaceMessage, after: WorkspaceMessage): void;
  /** Nobody is in the middle of a form. */
  isQuiet(): boolean;
} {
  const { workspace, forms, deliveries, changed, baseUrl } = parts;
  const events = new Map<string, { ts: string; envelopes: OutgoingEnvelope[] }>();
  /** Messages with buttons as they were before the app changed them. */
  const formerCards: WorkspaceMessage[] = [];
  let eventCount = 0;
  let fileCount = 0;
  let pressCount = 0;
  let pressing = 0;

  function nextEventId(): string {
    eventCount += 1;
    return `Ev${String(eventCount).padStart(8, '0')}`;
  }

  function nextFileId(): string {
    fileCount += 1;
    return `F${String(fileCount).padStart(8, '0')}`;
  }

  const channelTypeOf = ({ channel }: WorkspaceMessage) =>
    workspace.directUser(channel) === null ? ('channel' as const) : ('im' as const);

  function eventsOf(message: WorkspaceMessage, eventId: string): OutgoingEnvelope[] {
    // Of a channel that the app is not in it hears nothing.
    if (!workspace.channelState(message.channel).isMember) return [];
    const isDirect = workspace.directUser(message.channel) !== null;
    const payload = messageEvent(message, {
      eventId,
      type: 'message',
      channelType: channelTypeOf(message),
      baseUrl: baseUrl(),
    });
    const mention = messageEvent(message, {
      eventId: `${eventId}-mention`,
      type: 'app_mention',
      channelType: 'channel',
      baseUrl: baseUrl(),
    });
    const isMention = !isDirect && message.text.includes(`<@${app.botUserId}>`);
    return [payload, ...(isMention ? [mention] : [])].map((event) => ({
      type: 'events_api',
      payload: event,
    }));
  }

  function tell(payload: Json, times = 1): void {
    deliver([{ type: 'events_api', payload }], times);
    changed();
  }

  function announceChange(before: WorkspaceMessage, after: WorkspaceMessage, times = 1): void {
    if (buttonsOf(before.blocks).length > 0) formerCards.push(before);
    const ts = workspace.nextTs();
    const options = { eventId: nextEventId(), channelType: channelTypeOf(after), baseUrl: baseUrl() };
    tell(messageChanged({ before, after, ts, ...options }), times);
  }

  function found(channel: string, ts: string): WorkspaceMessage {
    const message = workspace.find(channel, ts);
    if (message === null) throw new AppError('not_found', `There is no message ${ts} in ${channel}.`);
    return message;
  }

  /** Calls the form, which the app is expected to open before it acknowledges. */
  async function callForm(report: Parameters<People['reportError']>[0]): Promise<OpenView | null> {
    const { user, from, about } = report;
    const triggerId = forms.issueTrigger();
    if (from === 'home') {
      const page = forms.publishedFor(user);
      const [first] = buttonsOf(listOf(page?.view.blocks));
      if (page === null || first === undefined)
        throw new AppError('not_found', `${user} sees no button on the app's page.`);
      pressCount += 1;
      const actionTs = `${workspace.nextTs()}${pressCount}`;
      await deliverInteraction(
        homeActions({ user, view: viewJson(page, {}), ...first, triggerId, actionTs }),
      );
      return forms.openedBy(triggerId);
    }
    const message = about === undefined ? null : found(about.channel, about.ts);
    const callbackId = from === 'message' ? 'switchyard_report_message' : 'switchyard_report';
    await deliverInteraction(shortcut({ user, callbackId, triggerId, message, baseUrl: baseUrl() }));
    return forms.openedBy(triggerId);
  }

  async function report(wish: Parameters<People['reportError']>[0]): Promise<SlackPressOutcome> {
    const view = await callForm(wish);
    if (view === null) return { isSent: false, problems: ['The app opened no form.'] };
    const { values, problems } = fillInByLabel(view.view, wish.entered);
    if (problems.length > 0) return { isSent: false, problems };
    const triggerId = forms.issueTrigger();
    const submission = viewSubmission({ user: wish.user, view, values, triggerId });
    return submissionOutcome(await deliverInteraction(submission));
  }

  function deliver(envelopes: readonly OutgoingEnvelope[], times = 1): void {
    for (let attempt = 0; attempt < times; attempt += 1) {
      for (const envelope of envelopes) void deliveries.deliver({ ...envelope, attempt });
    }
  }

  async function deliverInteraction(payload: Json): Promise<object> {
    const answer = await deliveries.deliver({ type: 'interactive', payload });
    if (answer === null) throw new AppError('cancelled', 'The Slack stand-in was stopped.');
    return answer;
  }

  async function press(message: WorkspaceMessage, wish: SlackPress): Promise<SlackPressOutcome> {
    const given = { owner: wish.owner ?? null, note: wish.note ?? null };
    const chosen = chooseButton(buttonsOf(message.blocks), { action: wish.action, ...given });
    if (chosen === null) {
      throw new AppError(
        'not_found',
        `The message ${message.ts} in ${message.channel} has no button to ${wish.action}.`,
      );
    }
    const opensForm = chosen.button.text.text.endsWith('…');
    for (let tries = 0; tries < pressTries; tries += 1) {
      const triggerId = forms.issueTrigger();
      pressCount += 1;
      const actionTs = `${message.ts}${pressCount}`;
      const press = { ...wish, message, ...chosen, triggerId, actionTs, baseUrl: baseUrl() };
      await deliverInteraction(blockActions(press));
      const view = forms.openedBy(triggerId);
      if (view === null && opensForm) continue;
      if (view === null) return { isSent: true };
      const { values, problems } = fillIn(view.view, given);
      if (problems.length > 0) return { isSent: false, problems };
      const submission = viewSubmission({ user: wish.user, view, values, triggerId: forms.issueTrigger() });
      return submissionOutcome(await deliverInteraction(submission));
    }
    return { isSent: false, problems: ['The app opened no form.'] };
  }

  async function whileBusy(act: () => Promise<SlackPressOutcome>): Promise<SlackPressOutcome> {
    pressing += 1;
    try {
      return await act();
    } finally {
      pressing -= 1;
      changed();
    }
  }

  function messageFor({ requestId, user }: { requestId: string; user: string }): WorkspaceMessage {
    const hasButtons = ({ blocks }: WorkspaceMessage) =>
      buttonsOf(blocks).some(({ button }) => requestOf(button.value) === requestId);
    const present = workspace.messages().filter(hasButtons);
    const withButtons = present.length > 0 ? present : formerCards.filter(hasButtons);
    const isSeen = ({ channel }: WorkspaceMessage) => [null, user].includes(workspace.directUser(channel));
    const message = withButtons.findLast(isSeen) ?? withButtons.at(-1);
    if (message === undefined) {
      throw new AppError('not_found', `No message in Slack has buttons for ${requestId}.`);
    }
    return message;
  }

  return {
    announce: (message) => deliver(eventsOf(message, nextEventId())),
    isQuiet: () => pressing === 0,
    announceChange,
    editMessage({ channel, ts, text, deliveries: times = 1 }) {
      const before = found(channel, ts);
      // Unfolding a link changes the message, but not its text, and is no edit.
      const after = before.text === text ? before : { ...before, text, editedTs: workspace.nextTs() };
      workspace.replace(after);
      announceChange(before, after, times);
    },
    deleteMessage({ channel, ts }) {
      const message = found(channel, ts);
      const hasReplies = workspace
        .messages()
        .some((reply) => reply.channel === channel && reply.threadTs === ts);
      if (hasReplies) {
        const stone = { ...message, text: 'This message was deleted.', isTombstone: true, user: 'USLACKBOT' };
        workspace.replace(stone);
        announceChange(message, stone);
        return;
      }
      workspace.remove(message);
      const options = { eventId: nextEventId(), channelType: channelTypeOf(message), baseUrl: baseUrl() };
      tell(messageDeleted({ message, ts: workspace.nextTs(), ...options }));
    },
    openHome: (user) => tell(homeOpened(user, { eventId: nextEventId(), ts: workspace.nextTs() })),
    homeOf: (user) => forms.publishedFor(user)?.view ?? null,
    setGroup(group) {
      workspace.setGroup(group);
      tell(groupMembersChanged(group.id, { eventId: nextEventId(), ts: workspace.nextTs() }));
    },
    reportError: (wish) => whileBusy(() => report(wish)),
    sendMessage(sent) {
      const { user, channel, text, threadTs = null, eventId = nextEventId(), deliveries: times = 1 } = sent;
      const known = events.get(eventId);
      if (known !== undefined) {
        deliver(known.envelopes, times);
        return { ts: known.ts, eventId };
      }
      const message = workspace.add({
        channel,
        threadTs,
        user,
        isBot: false,
        text,
        blocks: [],
        metadata: null,
        files: (sent.files ?? []).map((file) => ({ ...file, id: nextFileId() })),
      });
      const envelopes = eventsOf(message, eventId);
      events.set(eventId, { ts: message.ts, envelopes });
      deliver(envelopes, times);
      changed();
      return { ts: message.ts, eventId };
    },
    async pressButton(wish) {
      const message = found(wish.channel, wish.ts);
      return whileBusy(() => press(message, wish));
    },
    async pressForRequest(wish) {
      const message = messageFor(wish);
      return whileBusy(() => press(message, wish));
    },
  };
}

/** The request that a button is about, as the app wrote it into the button's value. */
function requestOf(value: string | undefined): string | null {
  try {
    const parsed = z.object({ requestId: z.string() }).safeParse(JSON.parse(value ?? ''));
    return parsed.success ? parsed.data.requestId : null;
  } catch {
    return null;
  }
}

const formErrors = z.object({
  response_action: z.literal('errors'),
  errors: z.record(z.string(), z.string()),
});

function submissionOutcome(answer: object): SlackPressOutcome {
  const refused = formErrors.safeParse(answer);
  return refused.success ? { isSent: false, problems: Object.values(refused.data.errors) } : { isSent: true };
}

function listOf(blocks: unknown): Json[] {
  return Array.isArray(blocks) ? blocks : [];
}
