import { z } from 'zod';

/** What is wrong, one sentence an issue: where, what, and what is allowed there. */
export function explainIssues(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  json: unknown,
): string[] {
  return issues.flatMap((issue) => explain(schema, issue, [], json));
}

function explain(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  above: readonly PropertyKey[],
  json: unknown,
): string[] {
  const path = [...above, ...issue.path];
  const place = placeOf(path, json);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = keysAt(schema, path);
      return issue.keys.map(
        (key) =>
          `${place}: "${key}" is not a known key.${suggestion(key, allowed)} ${listed('Known are', allowed)}`,
      );
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const value = valueAt(json, path);
      return [
        `${place} is ${shown(value)}.${suggestion(String(value), allowed)} ${listed('Allowed are', allowed)}`,
      ];
    }
    case 'invalid_type': {
      const value = valueAt(json, path);
      return value === undefined
        ? [`${place} is missing. It must be ${article(issue.expected)}.`]
        : [`${place} is ${shown(value)}, but must be ${article(issue.expected)}.`];
    }
    case 'invalid_union': {
      // The branch that came furthest is the one that was meant.
      const branch = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
      const alike = issue.errors.every((errors) => depth(errors) === 0);
      if (branch === undefined || (alike && issue.errors.length > 1 && !isObject(valueAt(json, path)))) {
        return [
          `${place} is ${shown(valueAt(json, path))}, which is of the wrong kind.${kinds(issue.errors)}`,
        ];
      }
      return branch.flatMap((inner) => explain(schema, inner, path, json));
    }
    default: {
      const isSentencePart = /^[a-z"]/.test(issue.message) || issue.message.startsWith('is ');
      return [
        isSentencePart
          ? `${place} ${shown(valueAt(json, path))} ${issue.message}.`
          : `${place} is ${shown(valueAt(json, path))}: ${issue.message}.`,
      ];
    }
  }
}

function kinds(errors: readonly (readonly z.core.$ZodIssue[])[]): string {
  const expected = errors.flatMap((branch) =>
    branch.flatMap((issue) => (issue.code === 'invalid_type' ? [article(issue.expected)] : [])),
  );
  return expected.length === 0 ? '' : ` It must be ${[...new Set(expected)].join(' or ')}.`;
}

function depth(errors: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...errors.map((issue) => issue.path.length));
}

/** `people[2].roles[0] (left.company@example.com)`: the record's own name helps where the index does not. */
function placeOf(path: readonly PropertyKey[], json: unknown): string {
  let written = '';
  let value = json;
  let name: string | undefined;
  for (const part of path) {
    written += typeof part === 'number' ? `[${part}]` : `${written === '' ? '' : '.'}${String(part)}`;
    value = isObject(value) || Array.isArray(value) ? Reflect.get(value, part) : undefined;
    if (typeof part === 'number' && isObject(value)) {
      const key = ['email', 'Id', 'id', 'rule_id', 'name', 'pool', 'reason'].find(
        (candidate) => isObject(value) && typeof value[candidate] === 'string',
      );
      if (key !== undefined && name === undefined) name = String(value[key]);
    }
  }
  const place = written === '' ? 'The file' : written;
  return name === undefined ? place : `${place} (${name})`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (isObject(value) || Array.isArray(value) ? Reflect.get(value, part) : undefined),
    json,
  );
}

/** The keys that the schema knows at a path; empty where it is no object. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  const bare = unwrap(schema);
  const [part, ...rest] = path;
  if (bare instanceof z.ZodUnion) {
    return [...new Set(bare.options.flatMap((option) => keysAt(option, path)))];
  }
  if (bare instanceof z.ZodObject) {
    const shape: Record<string, unknown> = bare.shape;
    return part === undefined ? Object.keys(shape) : keysAt(shape[String(part)], rest);
  }
  if (bare instanceof z.ZodArray && part !== undefined) return keysAt(bare.element, rest);
  return [];
}

function unwrap(schema: unknown): unknown {
  let bare = schema;
  while (
    bare instanceof z.ZodOptional ||
    bare instanceof z.ZodNullable ||
    bare instanceof z.ZodDefault ||
    bare instanceof z.ZodPrefault
  ) {
    bare = bare.unwrap();
  }
  return bare instanceof z.ZodPipe ? unwrap(bare.in) : bare;
}

function suggestion(name: string, allowed: readonly string[]): string {
  const closest = allowed
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return closest !== undefined && closest.distance <= Math.max(1, Math.floor(name.length / 3))
    ? ` Did you mean "${closest.candidate}"?`
    : '';
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

function listed(lead: string, names: readonly string[]): string {
  return names.length === 0 ? 'Nothing is allowed there.' : `${lead}: ${names.join(', ')}.`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}

function article(kind: string): string {
  const word =
    kind === 'array' ? 'list' : kind === 'int' ? 'whole number' : kind === 'string' ? 'text' : kind;
  if (word === 'text') return word;
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
