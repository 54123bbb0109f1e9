/** Letters and digits in lower case, without marks, punctuation and spaces: how names are held against each other. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}

/** The words of a name as HubSpot's search index cuts them: at spaces and punctuation. */
export function wordsOf(text: string): string[] {
  return text.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether one of the two begins with the other: `Nordlicht` and `Nordlicht GmbH`, whichever was written. */
export function beginsAlike(first: string, second: string): boolean {
  const [one, other] = [lettersOf(first), lettersOf(second)];
  return one !== '' && other !== '' && (one.startsWith(other) || other.startsWith(one));
}

/** Whether two names are worth a closer look: `Grünwald` and `Gruenwald` are. */
export function hasSameBeginning(first: string, second: string): boolean {
  return lettersOf(first).slice(0, 2) === lettersOf(second).slice(0, 2);
}

/** Whether a record's personal name is what somebody wrote; a single word may be its first or its last name. */
export function isNamed(recorded: string, written: string): boolean {
  const wanted = lettersOf(written);
  if (lettersOf(recorded) === wanted) return true;
  return wordsOf(written).length === 1 && wordsOf(recorded).some((word) => lettersOf(word) === wanted);
}
