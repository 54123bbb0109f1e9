import { z } from 'zod';
import type { DecisionAction } from '../../stores/requests.ts';

/** The blocks that the agent posts, as far as they are drawn; an unknown block or element is left out. */
const Text = z.object({ type: z.enum(['plain_text', 'mrkdwn']), text: z.string() });

const Button = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  text: Text,
  value: z.string().default('{}'),
  style: z.enum(['primary', 'danger']).optional(),
});
export type BlockButton = z.infer<typeof Button>;

const known = <Shape extends z.ZodType>(shape: Shape) =>
  z.array(z.unknown()).transform((items) =>
    items.flatMap((item) => {
      const parsed = shape.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    }),
  );

const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), text: Text }),
  z.object({ type: z.literal('section'), text: Text.optional(), fields: z.array(Text).default([]) }),
  z.object({ type: z.literal('context'), elements: known(Text) }),
  z.object({ type: z.literal('divider') }),
  z.object({ type: z.literal('actions'), elements: known(Button) }),
]);
export type Block = z.infer<typeof Block>;

export const parseBlocks = (blocks: readonly unknown[]): Block[] => known(Block).parse(blocks);

/** What a button carries: the owners to choose from. */
const ButtonValue = z.object({
  choices: z.array(z.object({ owner: z.string(), name: z.string() })).default([]),
});

export interface ButtonMeaning {
  action: DecisionAction;
  /** A form opens first, as it does in Slack. */
  opensForm: boolean;
  choices: { owner: string; name: string }[];
}

const meanings: Record<string, Pick<ButtonMeaning, 'action' | 'opensForm'>> = {
  switchyard_approve: { action: 'approve', opensForm: false },
  switchyard_choose_owner: { action: 'approve', opensForm: true },
  switchyard_reject: { action: 'reject', opensForm: true },
  switchyard_return: { action: 'return', opensForm: true },
};

/** What pressing a button of the agent's does; null for a button of another app. */
export function meaningOf(button: BlockButton): ButtonMeaning | null {
  const meaning = meanings[button.action_id];
  if (!meaning) return null;
  return { ...meaning, choices: choicesOf(button.value) };
}

function choicesOf(value: string): ButtonMeaning['choices'] {
  try {
    return ButtonValue.parse(JSON.parse(value)).choices;
  } catch {
    // Not our JSON: the form asks for an e-mail address.
    return [];
  }
}
