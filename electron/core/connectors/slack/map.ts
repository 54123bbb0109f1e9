import { z } from 'zod';
import { Email } from '../../../../shared/model/person.ts';
import type { ChatActionEvent, ChatMessageEvent } from '../connector.ts';
import {
  actionIds,
  ButtonValue,
  FormContext,
  type FormKind,
  formBlocks,
  formCallbackId,
  formElement,
} from './blocks.ts';
import type { Envelope } from './socket.ts';

/** What the app knows of itself and where it listens. */
export interface Listening {
  botUserId: string;
  /** Channel ids in which every message counts. */
  channels: ReadonlySet<string>;
}

/** A press that asks for more before it is a decision. */
export interface FormRequest {
  form: FormKind;
  value: ButtonValue;
  triggerId: string;
  channel: string | null;
  message: string | null;
}

/** What an envelope says. `unreadable` is of no form that Slack documents; `ignored` is none of the app's business. */
export type Reading =
  | { kind: 'message'; event: ChatMessageEvent }
  | { kind: 'action'; event: ChatActionEvent }
  | { kind: 'form'; request: FormRequest }
  | { kind: 'form_errors'; errors: Record<string, string> }
  | { kind: 'ignored' }
  | { kind: 'unreadable'; problem: string };

const ignored: Reading = { kind: 'ignored' };

/** Reads the payload of a Socket Mode envelope. Source: Slack's "Events API" and "Interactivity" references. */
export function readEnvelope({ type, payload }: Envelope, listening: Listening): Reading {
  if (type === 'events_api') return readEvent(payload, listening);
  if (type === 'interactive') return readInteraction(payload);
  return ignored;
}

function unreadable(what: string, error: z.ZodError): Reading {
  const [issue] = error.issues;
  const where = issue === undefined ? '' : `: ${issue.path.join('.') || 'payload'}: ${issue.message}`;
  return { kind: 'unreadable', problem: `Slack sent ${what} of an unknown form${where}. It was skipped.` };
}

const EventCallback = z.object({
  event: z.looseObject({ type: z.string(), subtype: z.string().optional() }),
});

const File = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
  url_private: z.string().nullish(),
});

const MessageEvent = z.object({
  type: z.string(),
  channel: z.string(),
  channel_type: z.string().optional(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(''),
  files: z.array(File).default([]),
});
type MessageEvent = z.infer<typeof MessageEvent>;

/** Edits, deletions, joins and the like carry a subtype; these are what a person wrote. */
const writtenSubtypes: readonly (string | undefined)[] = [undefined, 'file_share', 'thread_broadcast'];

function readEvent(payload: unknown, listening: Listening): Reading {
  const callback = EventCallback.safeParse(payload);
  if (!callback.success) return unreadable('an event', callback.error);
  const { type, subtype } = callback.data.event;
  if (type !== 'message' && type !== 'app_mention') return ignored;
  if (!writtenSubtypes.includes(subtype)) return ignored;
  const message = MessageEvent.safeParse(callback.data.event);
  if (!message.success) return unreadable('a message', message.error);
  const { user } = message.data;
  if (user === undefined || user === listening.botUserId || message.data.bot_id !== undefined) return ignored;
  const isAddressed = isForUs(message.data, listening);
  // Whether the thread is one of ours is known to intake only.
  if (!isAddressed && message.data.thread_ts === undefined) return ignored;
  return { kind: 'message', event: messageEvent(message.data, { user, isAddressed }) };
}

function isForUs(message: MessageEvent, { channels, botUserId }: Listening): boolean {
  return (
    message.type === 'app_mention' ||
    message.channel_type === 'im' ||
    channels.has(message.channel) ||
    message.text.includes(`<@${botUserId}>`)
  );
}

/**
 * A mention comes as two events with ids of their own, so the event's id here is the message's identity, which every
 * delivery of either shares.
 */
function messageEvent(
  message: MessageEvent,
  { user, isAddressed }: { user: string; isAddressed: boolean },
): ChatMessageEvent {
  return {
    kind: 'message',
    source: 'slack',
    eventId: `${message.channel}:${message.ts}`,
    channel: message.channel,
    isDirect: message.channel_type === 'im',
    isAddressed,
    thread: message.thread_ts ?? message.ts,
    message: message.ts,
    user,
    text: message.text,
    files: message.files.map((file) => ({
      id: file.id,
      name: file.name ?? file.id,
      mediaType: file.mimetype ?? 'application/octet-stream',
      sizeBytes: file.size ?? 0,
      url: file.url_private ?? null,
    })),
  };
}

const Interaction = z.looseObject({ type: z.string() });

const BlockActions = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  actions: z.array(z.object({ action_id: z.string(), action_ts: z.string(), value: z.string().optional() })),
});

const ViewSubmission = z.object({
  user: z.object({ id: z.string() }),
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
          }),
        ),
      ),
    }),
  }),
});

/** Text that holds JSON of this form: what the app itself put into a button or a form. */
function jsonText<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const ButtonText = jsonText(ButtonValue);
const FormText = jsonText(FormContext);

function readInteraction(payload: unknown): Reading {
  const interaction = Interaction.safeParse(payload);
  if (!interaction.success) return unreadable('an interaction', interaction.error);
  if (interaction.data.type === 'block_actions') return readPress(payload);
  if (interaction.data.type === 'view_submission') return readSubmission(payload);
  return ignored;
}

function readPress(payload: unknown): Reading {
  const press = BlockActions.safeParse(payload);
  if (!press.success) return unreadable('a button press', press.error);
  const { user, trigger_id: triggerId, actions } = press.data;
  const channel = press.data.channel?.id ?? null;
  const message = press.data.message?.ts ?? null;
  const [action] = actions;
  const name = actionIds.find((known) => known === action?.action_id);
  if (action === undefined || name === undefined) return ignored;
  const value = ButtonText.safeParse(action.value);
  if (!value.success) return unreadable("a button's value", value.error);
  if (name !== 'switchyard_approve') {
    const form = formKinds[name];
    return { kind: 'form', request: { form, value: value.data, triggerId, channel, message } };
  }
  return {
    kind: 'action',
    event: {
      kind: 'action',
      source: 'slack',
      eventId: [channel, message, user.id, action.action_ts].join(':'),
      requestId: value.data.requestId,
      version: value.data.version,
      user: user.id,
      action: 'approve',
      owner: null,
      note: null,
      channel,
      message,
    },
  };
}

const formKinds = {
  switchyard_choose_owner: 'approve',
  switchyard_reject: 'reject',
  switchyard_return: 'return',
} as const satisfies Record<string, FormKind>;

function readSubmission(payload: unknown): Reading {
  const submission = ViewSubmission.safeParse(payload);
  if (!submission.success) return unreadable('a form', submission.error);
  const { user, view } = submission.data;
  if (view.callback_id !== formCallbackId) return ignored;
  const context = FormText.safeParse(view.private_metadata);
  if (!context.success) return unreadable('a form', context.error);
  const { form, requestId, version, channel, message } = context.data;
  const input = (block: string) => view.state.values[block]?.[formElement];
  const written = (block: string) => input(block)?.value?.trim() || null;
  const note = written(formBlocks.note);
  const owner =
    written(formBlocks.ownerEmail) ?? input(formBlocks.ownerChoice)?.selected_option?.value ?? null;
  const errors = formErrors(form, owner, note);
  if (errors !== null) return { kind: 'form_errors', errors };
  return {
    kind: 'action',
    event: {
      kind: 'action',
      source: 'slack',
      // A form is submitted once, whatever Slack delivers.
      eventId: `view:${view.id}`,
      requestId,
      version,
      user: user.id,
      action: form,
      owner: form === 'approve' ? owner : null,
      note,
      channel,
      message,
    },
  };
}

/** What is shown under the form's inputs, by block; null where the form is complete. */
function formErrors(
  form: FormKind,
  owner: string | null,
  note: string | null,
): Record<string, string> | null {
  if (form !== 'approve') {
    if (note !== null) return null;
    return { [formBlocks.note]: form === 'reject' ? 'Enter a reason.' : 'Enter a question.' };
  }
  if (owner === null) return { [formBlocks.ownerEmail]: 'Choose an owner, or enter an e-mail address.' };
  if (!Email.safeParse(owner).success) {
    return { [formBlocks.ownerEmail]: 'This is not an e-mail address.' };
  }
  return null;
}
