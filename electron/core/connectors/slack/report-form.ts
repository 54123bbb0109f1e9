import type { InputBlock, ModalView, PlainTextOption } from '@slack/web-api';
import { z } from 'zod';
import { crmSystems } from '../../../../shared/model/lead.ts';
import { priorities } from '../../../../shared/model/request.ts';
import type { ChatReportEvent } from '../connector.ts';
import { limits, plain } from './block-parts.ts';
import { cutText } from './mark-up.ts';

/** The form for a routing error: what the console's form asks for, within Slack. */

export const reportCallbackId = 'switchyard_report';
/** Each block of the form has one input, by this name. */
export const reportElement = 'input';
export const reportBlocks = {
  text: 'report_text',
  record: 'report_record',
  system: 'report_system',
  justification: 'report_justification',
  priority: 'report_priority',
} as const;

/** What the form carries unseen: the message that it was called on. */
export const ReportContext = z.object({
  about: z.object({ channel: z.string(), thread: z.string(), url: z.string().nullable() }).nullable(),
});
export type ReportContext = z.infer<typeof ReportContext>;

/** As the console's form takes it. */
const longestRecord = 500;

const systemLabels = { salesforce: 'Salesforce', hubspot: 'HubSpot' } as const;

/** The form, with the words of the message that it was called on as a beginning. */
export function reportForm(context: ReportContext, words: string): ModalView {
  return {
    type: 'modal',
    callback_id: reportCallbackId,
    private_metadata: JSON.stringify(context),
    title: plain('Report a routing error', limits.viewTitle),
    submit: plain('Report', limits.viewTitle),
    close: plain('Cancel', limits.viewTitle),
    blocks: [
      textInput(reportBlocks.text, {
        label: 'What is wrong?',
        hint: 'For example: this lead belongs to the DACH team, not to Ana.',
        isOptional: false,
        isMultiline: true,
        maximum: limits.inputText,
        initial: words,
      }),
      textInput(reportBlocks.record, {
        label: 'Which lead or contact?',
        hint: 'A link to the record, its id, or the e-mail address or name of the person.',
        isOptional: true,
        isMultiline: false,
        maximum: longestRecord,
      }),
      choice(reportBlocks.system, {
        label: 'Where is it?',
        options: crmSystems.map((value) => ({ value, text: plain(systemLabels[value], limits.optionLabel) })),
      }),
      textInput(reportBlocks.justification, {
        label: 'Why should it be changed?',
        hint: null,
        isOptional: true,
        isMultiline: true,
        maximum: limits.inputText,
      }),
      choice(reportBlocks.priority, {
        label: 'Priority',
        options: priorities.map((value) => ({ value, text: plain(value, limits.optionLabel) })),
      }),
    ],
  };
}

function textInput(
  block: string,
  input: {
    label: string;
    hint: string | null;
    isOptional: boolean;
    isMultiline: boolean;
    maximum: number;
    initial?: string;
  },
): InputBlock {
  const { label, hint, isOptional, isMultiline, maximum, initial = '' } = input;
  return {
    type: 'input',
    block_id: block,
    optional: isOptional,
    label: plain(label, 200),
    ...(hint === null ? {} : { hint: plain(hint, 200) }),
    element: {
      type: 'plain_text_input',
      action_id: reportElement,
      multiline: isMultiline,
      max_length: maximum,
      ...(initial === '' ? {} : { initial_value: cutText(initial, maximum) }),
    },
  };
}

function choice(block: string, input: { label: string; options: PlainTextOption[] }): InputBlock {
  return {
    type: 'input',
    block_id: block,
    optional: true,
    label: plain(input.label, 200),
    element: { type: 'static_select', action_id: reportElement, options: input.options },
  };
}

/** What was entered, by block: empty inputs as null. */
export type Entered = (block: string) => string | null;

/** The filled-in form, or what to show under its inputs, by block. */
export function readReport(entered: Entered):
  | {
      isComplete: true;
      report: Pick<ChatReportEvent, 'text' | 'record' | 'system' | 'justification' | 'priority'>;
    }
  | { isComplete: false; errors: Record<string, string> } {
  const text = entered(reportBlocks.text);
  if (text === null)
    return { isComplete: false, errors: { [reportBlocks.text]: 'Say in a sentence what is wrong.' } };
  const system = entered(reportBlocks.system);
  const priority = entered(reportBlocks.priority);
  return {
    isComplete: true,
    report: {
      text,
      record: entered(reportBlocks.record),
      system: crmSystems.find((known) => known === system) ?? null,
      justification: entered(reportBlocks.justification),
      priority: priorities.find((known) => known === priority) ?? null,
    },
  };
}
