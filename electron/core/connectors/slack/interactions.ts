import { z } from 'zod';
import { Email } from '../../../../shared/model/person.ts';
import {
  actionIds,
  ButtonValue,
  FormContext,
  type FormKind,
  formBlocks,
  formCallbackId,
  formElement,
} from './blocks.ts';
import { reportActionId } from './home.ts';
import { ignored, type Reading, unreadable } from './reading.ts';
import { ReportContext, readReport, reportCallbackId, reportElement } from './report-form.ts';

/** Reads what people press and submit in Slack. Source: Slack's "Interactivity" reference. */

/** The shortcuts' names, as the app's manifest has them. */
export const shortcutIds = { message: 'switchyard_report_message', global: 'switchyard_report' } as const;

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

const Shortcut = z.object({
  callback_id: z.string(),
  trigger_id: z.string(),
  team: z.object({ domain: z.string().optional() }).nullish(),
  channel: z.object({ id: z.string() }).optional(),
  message: z
    .object({ ts: z.string(), thread_ts: z.string().optional(), text: z.string().default('') })
    .optional(),
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
const ReportText = jsonText(ReportContext);

export function readInteraction(payload: unknown): Reading {
  const interaction = Interaction.safeParse(payload);
  if (!interaction.success) return unreadable('an interaction', interaction.error);
  switch (interaction.data.type) {
    case 'block_actions':
      return readPress(payload);
    case 'view_submission':
      return readSubmission(payload);
    case 'message_action':
    case 'shortcut':
      return readShortcut(payload);
    default:
      return ignored;
  }
}

/** Called on a message, the form is about it; called from anywhere, about nothing yet. */
function readShortcut(payload: unknown): Reading {
  const shortcut = Shortcut.safeParse(payload);
  if (!shortcut.success) return unreadable('a shortcut', shortcut.error);
  const { callback_id: name, trigger_id: triggerId, team, channel, message } = shortcut.data;
  if (name === shortcutIds.global) return emptyReport(triggerId);
  if (name !== shortcutIds.message || channel === undefined || message === undefined) return ignored;
  const about = {
    channel: channel.id,
    thread: message.thread_ts ?? message.ts,
    url: team?.domain === undefined ? null : messageUrl(team.domain, channel.id, message.ts),
  };
  return { kind: 'report form', request: { context: { about }, words: message.text, triggerId } };
}

function emptyReport(triggerId: string): Reading {
  return { kind: 'report form', request: { context: { about: null }, words: '', triggerId } };
}

/** As Slack's own "Copy link" makes it. */
function messageUrl(domain: string, channel: string, ts: string): string {
  return `https://${domain}.slack.com/archives/${channel}/p${ts.replace('.', '')}`;
}

function readPress(payload: unknown): Reading {
  const press = BlockActions.safeParse(payload);
  if (!press.success) return unreadable('a button press', press.error);
  const { user, trigger_id: triggerId, actions } = press.data;
  const channel = press.data.channel?.id ?? null;
  const message = press.data.message?.ts ?? null;
  const [action] = actions;
  if (action?.action_id === reportActionId) return emptyReport(triggerId);
  const name = actionIds.find((known) => known === action?.action_id);
  if (action === undefined || name === undefined) return ignored;
  const value = ButtonText.safeParse(action.value);
  if (!value.success) return unreadable("a button's value", value.error);
  if (name !== 'switchyard_approve') {
    const form = formKinds[name];
    return { kind: 'decision form', request: { form, value: value.data, triggerId, channel, message } };
  }
  return {
    kind: 'event',
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
  const { view } = submission.data;
  if (view.callback_id === reportCallbackId) return readReportSubmission(submission.data);
  return view.callback_id === formCallbackId ? readDecision(submission.data) : ignored;
}

function readReportSubmission({ user, view }: z.infer<typeof ViewSubmission>): Reading {
  const context = ReportText.safeParse(view.private_metadata);
  if (!context.success) return unreadable('a form', context.error);
  const read = readReport((block) => {
    const input = view.state.values[block]?.[reportElement];
    return input?.value?.trim() || input?.selected_option?.value || null;
  });
  if (!read.isComplete) return { kind: 'form errors', errors: read.errors };
  return {
    kind: 'event',
    event: {
      kind: 'report',
      source: 'slack',
      eventId: `view:${view.id}`,
      user: user.id,
      ...read.report,
      about: context.data.about,
    },
  };
}

function readDecision({ user, view }: z.infer<typeof ViewSubmission>): Reading {
  const context = FormText.safeParse(view.private_metadata);
  if (!context.success) return unreadable('a form', context.error);
  const { form, requestId, version, channel, message } = context.data;
  const input = (block: string) => view.state.values[block]?.[formElement];
  const written = (block: string) => input(block)?.value?.trim() || null;
  const note = written(formBlocks.note);
  const owner =
    written(formBlocks.ownerEmail) ?? input(formBlocks.ownerChoice)?.selected_option?.value ?? null;
  const errors = formErrors(form, owner, note);
  if (errors !== null) return { kind: 'form errors', errors };
  return {
    kind: 'event',
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
