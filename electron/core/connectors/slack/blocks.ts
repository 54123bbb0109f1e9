import type { Button, InputBlock, KnownBlock, ModalView } from '@slack/web-api';
import { z } from 'zod';
import type { DecisionCard } from '../connector.ts';
import { header, limits, plain, section } from './block-parts.ts';
import { cutText, escapeMarkup, linkMarkup } from './mark-up.ts';

export const actionIds = [
  'switchyard_approve',
  'switchyard_choose_owner',
  'switchyard_reject',
  'switchyard_return',
] as const;
type ActionId = (typeof actionIds)[number];

const Choice = z.object({ owner: z.string(), name: z.string() });
type Choice = z.infer<typeof Choice>;

/** What a button carries, as JSON: the request as it was shown, and for an owner's choice the owners to choose from. */
export const ButtonValue = z.object({
  requestId: z.string(),
  version: z.number().int(),
  /** The proposed owner first, where there is one. */
  choices: z.array(Choice).default([]),
  hasProposal: z.boolean().default(false),
});
export type ButtonValue = z.infer<typeof ButtonValue>;

export const FormKind = z.enum(['approve', 'reject', 'return']);
export type FormKind = z.infer<typeof FormKind>;

/** What a form carries unseen: the press that opened it. */
export const FormContext = z.object({
  form: FormKind,
  requestId: z.string(),
  version: z.number().int(),
  channel: z.string().nullable(),
  message: z.string().nullable(),
});
export type FormContext = z.infer<typeof FormContext>;

export const formCallbackId = 'switchyard_decision';
/** Each block of a form has one input, by this name. */
export const formElement = 'input';
export const formBlocks = { ownerChoice: 'owner_choice', ownerEmail: 'owner_email', note: 'note' } as const;

/** An escalation with its buttons; what does not fit Slack's limits is cut with an ellipsis, the buttons never. */
export function cardBlocks(card: DecisionCard): KnownBlock[] {
  return [...cardBody(card), { type: 'actions', elements: buttons(card) }];
}

/** The same without buttons, and with what became of it; the time is shown in each reader's own zone. */
export function settledBlocks(card: DecisionCard, outcome: string, decidedAt: string | null): KnownBlock[] {
  const at = decidedAt === null ? '' : ` ${localTime(decidedAt)}`;
  const text = escapeMarkup(outcome, limits.sectionText - at.length) + at;
  return [...cardBody(card), { type: 'section', text: { type: 'mrkdwn', text } }];
}

/** ISO 8601 as Slack's own mark-up for times, with UTC for clients that do not know it. */
function localTime(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  return `<!date^${seconds}^{date_short_pretty} at {time}|${iso.slice(0, 16).replace('T', ' ')} UTC>`;
}

/** Leaves room for one block more. */
function cardBody(card: DecisionCard): KnownBlock[] {
  const body = [
    header(card.title || card.requestId),
    ...card.summary.flatMap(section),
    ...fieldSections(card.fields),
    ...card.quotes.map(quote),
    ...section(card.options.map(({ name, owner, why }) => `• ${name} (${owner}): ${why}`).join('\n')),
  ];
  const room = limits.blocks - 1;
  return body.length <= room ? body : [...body.slice(0, room - 1), ...section('…')];
}

function fieldSections(fields: DecisionCard['fields']): KnownBlock[] {
  const texts = fields.map(({ label, value }) => {
    const head = `*${escapeMarkup(label, 200)}*\n`;
    return {
      type: 'mrkdwn' as const,
      text: head + escapeMarkup(value || '–', limits.fieldText - head.length),
    };
  });
  const count = Math.ceil(texts.length / limits.fieldsPerSection);
  return Array.from({ length: count }, (_, index) => ({
    type: 'section' as const,
    fields: texts.slice(index * limits.fieldsPerSection, (index + 1) * limits.fieldsPerSection),
  }));
}

function quote({ text, from, url }: DecisionCard['quotes'][number]): KnownBlock {
  const source = `\n${linkMarkup(url, from, 1_000)}`;
  // A line break inside would end Slack's quotation.
  const quoted = escapeMarkup(text.replace(/\s+/g, ' ').trim(), limits.sectionText - source.length - 2);
  return { type: 'section', text: { type: 'mrkdwn', text: `> ${quoted}${source}` } };
}

function buttons(card: DecisionCard): Button[] {
  const { requestId, version, proposal } = card;
  const value = JSON.stringify({ requestId, version });
  const choosing = choiceValue(card);
  const deciding =
    proposal === null
      ? [button('switchyard_choose_owner', 'Approve…', choosing, 'primary')]
      : [
          button('switchyard_approve', `Approve ${proposal.name || proposal.owner}`, value, 'primary'),
          button('switchyard_choose_owner', 'Choose another owner…', choosing),
        ];
  return [
    ...deciding,
    button('switchyard_reject', 'Reject…', value, 'danger'),
    button('switchyard_return', 'Return…', value),
  ];
}

function button(actionId: ActionId, label: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plain(label, limits.buttonLabel),
    value,
    ...(style === undefined ? {} : { style }),
  };
}

/** As many of the owners as fit into the value; the rest can be entered by e-mail. */
function choiceValue({ requestId, version, proposal, options }: DecisionCard): string {
  const others = options.filter(({ owner }) => owner !== proposal?.owner);
  const choices: Choice[] = [...(proposal === null ? [] : [proposal]), ...others]
    .filter(({ owner }) => owner.length <= limits.optionValue)
    .map(({ owner, name }) => ({ owner, name: cutText(name, limits.optionLabel) }));
  const hasProposal = proposal !== null && choices[0]?.owner === proposal.owner;
  let value = JSON.stringify({ requestId, version, choices, hasProposal });
  while (value.length > limits.buttonValue && choices.pop() !== undefined) {
    value = JSON.stringify({ requestId, version, choices, hasProposal: hasProposal && choices.length > 0 });
  }
  return value;
}

/** The form that a button opens: the owner and a note, a reason, or a question. */
export function decisionForm(value: ButtonValue, context: FormContext): ModalView {
  const { title, submit, blocks } = formParts(context.form, value);
  return {
    type: 'modal',
    callback_id: formCallbackId,
    private_metadata: JSON.stringify(context),
    title: plain(title, limits.viewTitle),
    submit: plain(submit, limits.viewTitle),
    close: plain('Cancel', limits.viewTitle),
    blocks,
  };
}

function formParts(
  form: FormKind,
  value: ButtonValue,
): { title: string; submit: string; blocks: InputBlock[] } {
  if (form === 'reject') {
    return { title: 'Reject', submit: 'Reject', blocks: [noteInput('Reason', false)] };
  }
  if (form === 'return') {
    return { title: 'Return', submit: 'Return', blocks: [noteInput('Question for the requester', false)] };
  }
  const blocks = [...ownerChoice(value), ownerEmail(value.choices.length > 0), noteInput('Note', true)];
  return { title: 'Approve', submit: 'Approve', blocks };
}

function ownerChoice({ choices, hasProposal }: ButtonValue): InputBlock[] {
  const options = choices.slice(0, limits.options).map(({ owner, name }) => ({
    text: plain(name === '' || name === owner ? owner : `${name} (${owner})`, limits.optionLabel),
    value: owner,
  }));
  const [first] = options;
  if (first === undefined) return [];
  return [
    {
      type: 'input',
      block_id: formBlocks.ownerChoice,
      optional: true,
      label: plain('New owner', 200),
      element: {
        type: 'static_select',
        action_id: formElement,
        options,
        ...(hasProposal ? { initial_option: first } : {}),
      },
    },
  ];
}

function ownerEmail(hasChoice: boolean): InputBlock {
  return {
    type: 'input',
    block_id: formBlocks.ownerEmail,
    optional: true,
    label: plain(hasChoice ? "Or somebody else's e-mail" : "New owner's e-mail", 200),
    element: { type: 'email_text_input', action_id: formElement },
  };
}

function noteInput(label: string, isOptional: boolean): InputBlock {
  return {
    type: 'input',
    block_id: formBlocks.note,
    optional: isOptional,
    label: plain(label, 200),
    element: {
      type: 'plain_text_input',
      action_id: formElement,
      multiline: true,
      max_length: limits.inputText,
    },
  };
}
