import { z } from 'zod';

/** The runs of text of the cards that the agent posts, as far as they are drawn; an unknown element is left out. */
const Run = z.object({
  type: z.literal('TextRun'),
  text: z.string(),
  weight: z.literal('Bolder').optional(),
  selectAction: z
    .object({ type: z.literal('Action.OpenUrl'), url: z.url({ protocol: /^https?$/ }) })
    .optional(),
});
const Line = z.object({ type: z.literal('RichTextBlock'), inlines: z.array(Run) });
const Card = z.object({ body: z.array(z.unknown()) });

/** One line of a card. */
export type CardLine = { text: string; isStrong: boolean; url: string | null }[];

export function cardLines(card: Readonly<Record<string, unknown>>): CardLine[] {
  const { data } = Card.safeParse(card);
  return (data?.body ?? []).flatMap((element) => {
    const line = Line.safeParse(element);
    if (!line.success) return [];
    return [
      line.data.inlines.map(({ text, weight, selectAction }) => ({
        text,
        isStrong: weight !== undefined,
        url: selectAction?.url ?? null,
      })),
    ];
  });
}
