import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Deliveries, OutgoingEnvelope } from './deliveries.ts';
import { buttonsOf, chooseButton, type Forms, fillIn } from './forms.ts';
import { blockActions, messageEvent, viewSubmission } from './payloads.ts';
import { app, type Json, type Workspace, type WorkspaceMessage } from './workspace.ts';

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
    eventId?: string;
    deliveries?: number;
  }): { ts: string; eventId: string };
  /**
   * Somebody presses a button of the message, by its label, fills in the form if one opens, and submits it. The app
   * is expected to open the form before it acknowledges the press; where none opens the press is repeated a few
   * times. Resolves when the app has acknowledged. Throws `not_found` without such a message or button, `cancelled`
   * when the stand-in stops.
   */
  pressButton(press: SlackPress & { channel: string; ts: string }): Promise<SlackPressOutcome>;
  /** Presses on the newest message with buttons for the request, one that the user sees where there is one. */
  pressForRequest(press: SlackPress & { requestId: string }): Promise<SlackPressOutcome>;
}

/** How often a person presses again when no form opens. */
const pressTries = 5;

export function createPeople(parts: {
  workspace: Workspace;
  forms: Forms;
  deliveries: Deliveries;
  changed: () => void;
}): People & {
  /** The app has written a message: it reaches the app as an event, too. */
  announce(message: WorkspaceMessage): void;
  /** Nobody is in the middle of a form. */
  isQuiet(): boolean;
} {
  const { workspace, forms, deliveries, changed } = parts;
  const events = new Map<string, { ts: string; envelopes: OutgoingEnvelope[] }>();
  let eventCount = 0;
  let pressCount = 0;
  let pressing = 0;

  function nextEventId(): string {
    eventCount += 1;
    return `Ev${String(eventCount).padStart(8, '0')}`;
  }

  function eventsOf(message: WorkspaceMessage, eventId: string): OutgoingEnvelope[] {
    const isDirect = workspace.directUser(message.channel) !== null;
    const payload = messageEvent(message, {
      eventId,
      type: 'message',
      channelType: isDirect ? 'im' : 'channel',
    });
    const mention = messageEvent(message, {
      eventId: `${eventId}-mention`,
      type: 'app_mention',
      channelType: 'channel',
    });
    const isMention = !isDirect && message.text.includes(`<@${app.botUserId}>`);
    return [payload, ...(isMention ? [mention] : [])].map((event) => ({
      type: 'events_api',
      payload: event,
    }));
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
      await deliverInteraction(blockActions({ ...wish, message, ...chosen, triggerId, actionTs }));
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

  async function pressWhileBusy(message: WorkspaceMessage, wish: SlackPress): Promise<SlackPressOutcome> {
    pressing += 1;
    try {
      return await press(message, wish);
    } finally {
      pressing -= 1;
      changed();
    }
  }

  function messageFor({ requestId, user }: { requestId: string; user: string }): WorkspaceMessage {
    const withButtons = workspace
      .messages()
      .filter(({ blocks }) => buttonsOf(blocks).some(({ button }) => requestOf(button.value) === requestId));
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
    sendMessage({ user, channel, text, threadTs = null, eventId = nextEventId(), deliveries: times = 1 }) {
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
      });
      const envelopes = eventsOf(message, eventId);
      events.set(eventId, { ts: message.ts, envelopes });
      deliver(envelopes, times);
      changed();
      return { ts: message.ts, eventId };
    },
    async pressButton(wish) {
      const message = workspace.find(wish.channel, wish.ts);
      if (message === null) {
        throw new AppError('not_found', `There is no message ${wish.ts} in ${wish.channel}.`);
      }
      return pressWhileBusy(message, wish);
    },
    pressForRequest: async (wish) => pressWhileBusy(messageFor(wish), wish),
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
