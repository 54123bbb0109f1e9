import { z } from 'zod';
import { CommentInput, FormInput } from '../../shared/contract/contract.ts';

/** What an entry of the outbox holds, from its export; null where a newer or older program wrote it otherwise. */
function inputOf<Input>(exported: string, form: z.ZodType<Input>): Input | null {
  const parsed = z.object({ input: form }).safeParse(JSON.parse(exported));
  return parsed.success ? parsed.data.input : null;
}

export const writtenForm = (exported: string): z.output<typeof FormInput> | null =>
  inputOf(exported, FormInput);

export const writtenComment = (exported: string): string | null =>
  inputOf(exported, CommentInput)?.text ?? null;
