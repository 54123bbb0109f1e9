import type { Json } from './workspace.ts';

const maxBlocks = { message: 50, view: 100 } as const;

/** Longest texts by the type of their element and the property. Source: Slack's "Block Kit" reference. */
const maxLengths: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  header: { text: 150 },
  section: { text: 3_000 },
  button: { text: 75, value: 2_000, action_id: 255 },
  modal: { title: 24, submit: 24, close: 24, callback_id: 255, private_metadata: 3_000 },
};
const maxOption = { text: 75, value: 150 } as const;
const maxField = 2_000;
const maxCounts: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  section: { fields: 10 },
  actions: { elements: 25 },
  static_select: { options: 100 },
};

/** What of Slack's limits the blocks or the view break, with the path; empty where they are all kept. */
export function blockProblems(content: readonly unknown[] | Json, kind: 'message' | 'view'): string[] {
  const blocks = Array.isArray(content) ? content : 'blocks' in content ? content.blocks : [];
  const count = Array.isArray(blocks) ? blocks.length : 0;
  const tooMany = count > maxBlocks[kind] ? [`${count} blocks, at most ${maxBlocks[kind]}`] : [];
  return [...tooMany, ...problemsWithin(content, '')];
}

function problemsWithin(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => problemsWithin(item, `${path}/${index}`));
  if (!isObject(value)) return [];
  const nested = Object.entries(value).flatMap(([name, inner]) => problemsWithin(inner, `${path}/${name}`));
  return [...ownProblems(value, path), ...nested];
}

function ownProblems(element: Json, path: string): string[] {
  const type = typeof element.type === 'string' ? element.type : '';
  const lengths = Object.entries(maxLengths[type] ?? {}).flatMap(([name, max]) =>
    tooLong(element[name], max, `${path}/${name}`),
  );
  const counts = Object.entries(maxCounts[type] ?? {}).flatMap(([name, max]) => {
    const list = element[name];
    return Array.isArray(list) && list.length > max
      ? [`${path}/${name}: ${list.length}, at most ${max}`]
      : [];
  });
  const fields = listOf(element.fields).flatMap((field) => tooLong(field, maxField, `${path}/fields`));
  const options = listOf(element.options)
    .filter(isObject)
    .flatMap((option) => [
      ...tooLong(option.text, maxOption.text, `${path}/options/text`),
      ...tooLong(option.value, maxOption.value, `${path}/options/value`),
    ]);
  const empty = type === 'section' && element.text === undefined && element.fields === undefined;
  return [...lengths, ...counts, ...fields, ...options, ...(empty ? [`${path}: no text and no fields`] : [])];
}

/** Also a text that is empty: Slack takes none. */
function tooLong(value: unknown, max: number, path: string): string[] {
  const text = isObject(value) ? value.text : value;
  if (typeof text !== 'string') return [];
  if (text.length > max) return [`${path}: ${text.length} characters, at most ${max}`];
  return text === '' && isObject(value) ? [`${path}: is empty`] : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
