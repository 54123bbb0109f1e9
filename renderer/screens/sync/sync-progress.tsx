import { Progress } from '@mantine/core';
import { percentOf, type Share, shareWords } from './sync-words.ts';

interface SyncProgressProps {
  words: string;
  share: Share;
}

/** How far a long piece of work is, as a bar and in numbers. */
export function SyncProgress({ words, share }: SyncProgressProps) {
  return (
    <div data-testid="sync-progress">
      <Progress value={percentOf(share)} size={4} aria-label={words} transitionDuration={200} mb={4} />
      <span>
        {words}: {shareWords(share)}
      </span>
    </div>
  );
}
