import { z } from 'zod';
import { app, type Json } from './workspace.ts';

/** For how long a press may open a form. */
const triggerMs = 3_000;

const Label = z.looseObject({ text: z.string() });
const Option = z.looseObject({ value: z.string() });
export const Button = z.looseObject({
  type: z.literal('button'),
  action_id: z.string(),
  text: Label,
  value: z.string().optional(),
});
export type Button = z.infer<typeof Button>;

const Input = z.looseObject({
  type: z.literal('input'),
  block_id: z.string(),
  label: Label,
  optional: z.boolean().default(false),
  element: z.discriminatedUnion('type', [
    z.looseObject({
      type: z.literal('static_select'),
      action_id: z.string(),
      options: z.array(Option),
      initial_option: Option.optional(),
    }),
    z.looseObject({ type: z.literal('email_text_input'), action_id: z.string() }),
    z.looseObject({
      type: z.literal('plain_text_input'),
      action_id: z.string(),
      initial_value: z.string().optional(),
    }),
  ]),
});
type Input = z.infer<typeof Input>;

export interface OpenView {
  id: string;
  view: Json;
}

export interface Forms {
  issueTrigger(): string;
  /** Slack's word of refusal where the trigger opens nothing. */
  open(
    triggerId: string,
    view: Json,
  ): OpenView | 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';
  /** The form that the press with this trigger opened. */
  openedBy(triggerId: string): OpenView | null;
  /** Puts a view on somebody's page of the app. */
  publish(user: string, view: Json): OpenView;
  /** What is on somebody's page of the app. */
  publishedFor(user: string): OpenView | null;
}

export function createForms(): Forms {
  const triggers = new Map<string, { issuedAt: number; opened: OpenView | null }>();
  const pages = new Map<string, OpenView>();
  return {
    issueTrigger() {
      const triggerId = `${triggers.size + 1}.${app.teamId}.press`;
      triggers.set(triggerId, { issuedAt: performance.now(), opened: null });
      return triggerId;
    },
    open(triggerId, view) {
      const trigger = triggers.get(triggerId);
      if (trigger === undefined) return 'invalid_trigger_id';
      if (trigger.opened !== null) return 'exchanged_trigger_id';
      if (performance.now() - trigger.issuedAt > triggerMs) return 'expired_trigger_id';
      trigger.opened = { id: `V-${triggerId}`, view: { ...view, blocks: withBlockIds(view.blocks) } };
      return trigger.opened;
    },
    openedBy: (triggerId) => triggers.get(triggerId)?.opened ?? null,
    publish(user, view) {
      const page = { id: `V-home-${user}`, view: { ...view, blocks: withBlockIds(view.blocks) } };
      pages.set(user, page);
      return page;
    },
    publishedFor: (user) => pages.get(user) ?? null,
  };
}

/** Slack names every block that has no name. */
export function withBlockIds(blocks: unknown): Json[] {
  const list: unknown[] = Array.isArray(blocks) ? blocks : [];
  return list.flatMap((block, index) =>
    typeof block === 'object' && block !== null ? [{ block_id: `block-${index}`, ...block }] : [],
  );
}

/** The buttons of a message, with the blocks that they are in. */
export function buttonsOf(blocks: readonly Json[]): { button: Button; blockId: string }[] {
  return blocks.flatMap(({ elements, block_id: blockId }) => {
    const list: unknown[] = Array.isArray(elements) ? elements : [];
    return list.flatMap((element) => {
      const button = Button.safeParse(element);
      return button.success ? [{ button: button.data, blockId: String(blockId) }] : [];
    });
  });
}

/** What a person who reads the labels presses to do this; an owner or a note needs the form that takes them. */
export function chooseButton<Candidate extends { button: Button }>(
  candidates: readonly Candidate[],
  {
    action,
    owner,
    note,
  }: { action: 'approve' | 'reject' | 'return'; owner: string | null; note: string | null },
): Candidate | null {
  const labelled = (pattern: RegExp) =>
    candidates.find(({ button }) => pattern.test(button.text.text)) ?? null;
  const plain = labelled(new RegExp(`^${action}`, 'i'));
  if (action !== 'approve' || (owner === null && note === null)) return plain;
  return labelled(/owner…$/i) ?? plain;
}

export interface FilledForm {
  /** As `view.state.values`. */
  values: Record<string, Record<string, Json>>;
  /** Required inputs that were left empty: Slack does not send such a form. */
  problems: string[];
}

/** Fills in a form as a person would who has an owner (an e-mail) and a note to give, or neither. */
export function fillIn(view: Json, given: { owner: string | null; note: string | null }): FilledForm {
  const inputs = inputsOf(view);
  return filledForm(inputs, (input) => inputState(input, inputs, given));
}

/** Fills in a form by the labels of its inputs; what is not given stays as the form proposes it. */
export function fillInByLabel(view: Json, given: Readonly<Record<string, string>>): FilledForm {
  return filledForm(inputsOf(view), ({ label, element }) => {
    const { type } = element;
    const entered = given[label.text];
    if (type === 'static_select') {
      const chosen = element.options.find(({ value }) => value === entered) ?? element.initial_option;
      return { type, selected_option: chosen ?? null };
    }
    const proposed = type === 'plain_text_input' ? element.initial_value : undefined;
    return { type, value: entered ?? proposed ?? null };
  });
}

function inputsOf(view: Json): Input[] {
  const blocks: unknown[] = Array.isArray(view.blocks) ? view.blocks : [];
  return blocks.flatMap((block) => {
    const input = Input.safeParse(block);
    return input.success ? [input.data] : [];
  });
}

function filledForm(inputs: readonly Input[], stateOf: (input: Input) => Json): FilledForm {
  const filled = inputs.map((input) => ({ input, state: stateOf(input) }));
  return {
    values: Object.fromEntries(
      filled.map(({ input, state }) => [input.block_id, { [input.element.action_id]: state }]),
    ),
    problems: filled.flatMap(({ input, state }) =>
      input.optional || state.value || state.selected_option
        ? []
        : [`${input.label.text}: please complete this required field.`],
    ),
  };
}

function inputState(
  { element }: Input,
  all: readonly Input[],
  { owner, note }: { owner: string | null; note: string | null },
): Json {
  const { type } = element;
  if (type === 'plain_text_input') return { type, value: note };
  if (type === 'email_text_input') {
    const isOffered = all.some((input) => optionFor(input, owner) !== undefined);
    return { type, value: isOffered ? null : owner };
  }
  const chosen =
    owner === null ? element.initial_option : element.options.find(({ value }) => value === owner);
  return { type, selected_option: chosen ?? null };
}

function optionFor({ element }: Input, owner: string | null): Json | undefined {
  return element.type === 'static_select' ? element.options.find(({ value }) => value === owner) : undefined;
}
