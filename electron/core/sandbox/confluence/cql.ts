/** One comparison of a query: `label = "lead-routing-policy"`, `space in (REVOPS, SALES)`. */
export interface Clause {
  field: 'label' | 'type' | 'space' | 'container';
  /** Of which the field has to be one. */
  values: string[];
}

interface Token {
  text: string;
  isQuoted: boolean;
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([=(),])|([^\s"'=(),]+))/y;
const fields: readonly string[] = ['label', 'type', 'space', 'container'] satisfies Clause['field'][];

/**
 * The part of Confluence's query language that is stood in for: comparisons by `=` and `in` of label, type, space and
 * container, joined by AND. Null for everything else, also for what Confluence itself would take.
 */
export function parseCql(cql: string): Clause[] | null {
  const tokens = tokensOf(cql.trim());
  if (tokens === null) return null;
  const clauses: Clause[] = [];
  do {
    const clause = takeClause(tokens);
    if (clause === null) return null;
    clauses.push(clause);
  } while (takes(tokens, 'and'));
  return tokens.length === 0 ? clauses : null;
}

function takeClause(tokens: Token[]): Clause | null {
  const field = tokens.shift();
  const name = field?.text.toLowerCase() ?? '';
  if (field === undefined || field.isQuoted || !isField(name)) return null;
  if (takes(tokens, '=')) {
    const value = takeValue(tokens);
    return value === null ? null : { field: name, values: [value] };
  }
  if (!takes(tokens, 'in') || !takes(tokens, '(')) return null;
  const values: string[] = [];
  do {
    const value = takeValue(tokens);
    if (value === null) return null;
    values.push(value);
  } while (takes(tokens, ','));
  return takes(tokens, ')') ? { field: name, values } : null;
}

const isField = (name: string): name is Clause['field'] => fields.includes(name);

/** Whether the next token is this word or sign; it is taken then. */
function takes(tokens: Token[], text: string): boolean {
  const [next] = tokens;
  if (next === undefined || next.isQuoted || next.text.toLowerCase() !== text) return false;
  tokens.shift();
  return true;
}

function takeValue(tokens: Token[]): string | null {
  const value = tokens.shift();
  return value !== undefined && (value.isQuoted || /^[\w-]+$/.test(value.text)) ? value.text : null;
}

function tokensOf(cql: string): Token[] | null {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  while (pattern.lastIndex < cql.length) {
    const match = pattern.exec(cql);
    if (match === null) return null;
    const quoted = match[1] ?? match[2];
    tokens.push(
      quoted === undefined
        ? { text: match[3] ?? match[4] ?? '', isQuoted: false }
        : { text: quoted.replace(/\\(.)/g, '$1'), isQuoted: true },
    );
  }
  return tokens;
}
