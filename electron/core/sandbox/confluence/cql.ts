/** One comparison of a query: `label = "lead-routing-policy"`. */
export interface Clause {
  field: 'label' | 'type' | 'space';
  value: string;
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(=)|([^\s"'=]+))/y;

/**
 * The part of Confluence's query language that is stood in for: comparisons by `=` of label, type and space, joined
 * by AND. Null for everything else, also for what Confluence itself would take.
 */
export function parseCql(cql: string): Clause[] | null {
  const tokens = tokensOf(cql.trim());
  if (tokens === null) return null;
  const clauses: Clause[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    const [field, operator, value, joint] = tokens.slice(at, at + 4);
    if (operator?.text !== '=' || operator.isQuoted || value === undefined) return null;
    if (!value.isQuoted && !/^[\w-]+$/.test(value.text)) return null;
    const name = field?.isQuoted ? undefined : field?.text.toLowerCase();
    if (name !== 'label' && name !== 'type' && name !== 'space') return null;
    clauses.push({ field: name, value: value.text });
    const isLast = at + 3 === tokens.length;
    if (!isLast && (joint?.isQuoted || joint?.text.toLowerCase() !== 'and' || at + 4 === tokens.length)) {
      return null;
    }
  }
  return clauses.length === 0 ? null : clauses;
}

function tokensOf(cql: string): { text: string; isQuoted: boolean }[] | null {
  const tokens: { text: string; isQuoted: boolean }[] = [];
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
