const mark = '\n(edited)';

/** What a message says since it was edited, as it is kept and shown in the conversation. */
export const asEdited = (text: string): string => `${text}${mark}`;

/** The words alone. */
export const withoutEditMark = (text: string): string =>
  text.endsWith(mark) ? text.slice(0, -mark.length) : text;
