/** How an actual value differs from a part of it that was expected. */

const lists: Readonly<Record<string, string>> = {
  audit_includes: 'audit',
  reply_contains: 'replies',
  rationale_contains: 'output.rationale',
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Whether a list holds the item, or a text (or one of several texts) contains it. */
function holds(actual: unknown, item: unknown, key: string): boolean {
  if (key === 'audit_includes') return Array.isArray(actual) && actual.includes(item);
  const texts = Array.isArray(actual) ? actual : [actual];
  return texts.some((text) => typeof text === 'string' && text.includes(String(item)));
}

function differencesOfKey(
  actual: Record<string, unknown>,
  key: string,
  expected: unknown,
  path: string,
): string[] {
  const source = lists[key];
  if (source === undefined) return differences(actual[key], expected, path);
  const found = at(actual, source);
  return [expected]
    .flat()
    .filter((item) => !holds(found, item, key))
    .map((item) => `${path}: ${shown(item)} is not in ${source}, which is ${shown(found)}`);
}

/**
 * Every key that is expected must be equal, inside objects and inside the objects of a list likewise; a list has the
 * same length and order; `{"not": X}` must differ from X.
 */
export function differences(actual: unknown, expected: unknown, path = ''): string[] {
  const place = path === '' ? 'result' : path;
  if (isObject(expected)) {
    const keys = Object.keys(expected);
    if (keys.length === 1 && keys[0] === 'not') {
      const isEqual = differences(actual, expected.not, path).length === 0;
      return isEqual ? [`${place}: is ${shown(actual)}, which it must not be`] : [];
    }
    if (!isObject(actual)) return [`${place}: is ${shown(actual)} instead of ${shown(expected)}`];
    return keys.flatMap((key) =>
      differencesOfKey(actual, key, expected[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return [`${place}: is ${shown(actual)} instead of ${shown(expected)}`];
    return expected.flatMap((item, index) => differences(actual[index], item, `${path}[${index}]`));
  }
  return Object.is(actual, expected) ? [] : [`${place}: is ${shown(actual)} instead of ${shown(expected)}`];
}
