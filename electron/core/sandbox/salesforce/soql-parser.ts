import { SalesforceRefusal } from './errors.ts';

export type Literal =
  | { kind: 'text'; value: string; pattern: RegExp }
  | { kind: 'number'; value: number }
  | { kind: 'boolean'; value: boolean }
  /** Milliseconds since 1970. */
  | { kind: 'moment'; value: number }
  | { kind: 'null' };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE';

export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; field: string; operator: Operator; literal: Literal }
  | { kind: 'in'; field: string; literals: Literal[]; isNegated: boolean };

export interface SoqlQuery {
  fields: string[];
  /** Queries in parentheses among the fields: what belongs to each row. */
  related: SoqlQuery[];
  /** In a related query the name of the relationship. */
  object: string;
  where: Condition | null;
  orderBy: { field: string; isDescending: boolean }[];
  limit: number | null;
}

interface Token {
  kind: 'word' | 'text' | 'moment' | 'number' | 'sign' | 'end';
  /** As it was written; text without its quotes. */
  written: string;
}

const tokenPattern =
  /\s+|'((?:[^'\\]|\\.)*)'|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<=|>=|!=|<>|[=<>(),])/gsy;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** What the connectors of a small organisation ask in SOQL; everything else is MALFORMED_QUERY, as for a typing error. */
export function parseSoql(soql: string): SoqlQuery {
  const tokens = tokenize(soql);
  let position = 0;

  const peek = (): Token => tokens[position] ?? { kind: 'end', written: '<EOF>' };
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isNext = (keyword: string): boolean => {
    const { kind, written } = peek();
    return (kind === 'word' || kind === 'sign') && written.toUpperCase() === keyword;
  };
  const skip = (keyword: string): boolean => {
    const isThere = isNext(keyword);
    if (isThere) position += 1;
    return isThere;
  };
  const expect = (keyword: string): void => {
    if (!skip(keyword)) throw unexpected(peek());
  };
  const word = (): string => {
    const token = take();
    if (token.kind !== 'word') throw unexpected(token);
    return token.written;
  };
  const listOf = <Item>(item: () => Item): Item[] => {
    const items = [item()];
    while (skip(',')) items.push(item());
    return items;
  };

  function literal(): Literal {
    const token = take();
    switch (token.kind) {
      case 'text':
        return { kind: 'text', value: unescapeText(token.written), pattern: likePattern(token.written) };
      case 'number':
        return { kind: 'number', value: Number(token.written) };
      case 'moment':
        return { kind: 'moment', value: Date.parse(token.written) };
      case 'word': {
        const keyword = token.written.toLowerCase();
        if (keyword === 'null') return { kind: 'null' };
        if (keyword === 'true' || keyword === 'false') return { kind: 'boolean', value: keyword === 'true' };
      }
    }
    throw unexpected(token);
  }

  function comparison(): Condition {
    const field = word();
    const isNegated = skip('NOT');
    if (isNegated || isNext('IN')) {
      expect('IN');
      expect('(');
      const literals = listOf(literal);
      expect(')');
      return { kind: 'in', field, literals, isNegated };
    }
    return { kind: 'compare', field, operator: operator(take()), literal: literal() };
  }

  function part(): Condition {
    if (skip('NOT')) return { kind: 'not', part: part() };
    if (!skip('(')) return comparison();
    const inner = condition();
    expect(')');
    return inner;
  }

  /** SOQL takes AND and OR side by side only with parentheses around one of them. */
  function condition(): Condition {
    const first = part();
    const joint = isNext('AND') ? 'and' : isNext('OR') ? 'or' : null;
    if (joint === null) return first;
    const parts = [first];
    while (skip(joint.toUpperCase())) parts.push(part());
    if (isNext('AND') || isNext('OR')) throw unexpected(peek());
    return { kind: joint, parts };
  }

  function order(): { field: string; isDescending: boolean } {
    const field = word();
    const isDescending = skip('DESC');
    if (!isDescending) skip('ASC');
    return { field, isDescending };
  }

  function wholeNumber(): number {
    const token = take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.written)) throw unexpected(token);
    return Number(token.written);
  }

  function selected(): string | SoqlQuery {
    if (!skip('(')) return word();
    const related = query();
    expect(')');
    // Salesforce brings along what belongs to the rows, and not what belongs to that.
    if (related.related.length > 0) throw malformed('Nested related queries are not supported');
    return related;
  }

  function query(): SoqlQuery {
    expect('SELECT');
    const items = listOf(selected);
    expect('FROM');
    const object = word();
    const where = skip('WHERE') ? condition() : null;
    const isOrdered = skip('ORDER');
    if (isOrdered) expect('BY');
    const orderBy = isOrdered ? listOf(order) : [];
    const limit = skip('LIMIT') ? wholeNumber() : null;
    return {
      fields: items.filter((item) => typeof item === 'string'),
      related: items.filter((item) => typeof item !== 'string'),
      object,
      where,
      orderBy,
      limit,
    };
  }

  const whole = query();
  if (peek().kind !== 'end') throw unexpected(peek());
  return whole;
}

function tokenize(soql: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let position = 0;
  while (position < soql.length) {
    const match = tokenPattern.exec(soql);
    if (match === null) throw malformed(`line 1:${position} no viable alternative at character`);
    position = tokenPattern.lastIndex;
    const [, text, moment, number, name, sign] = match;
    if (text !== undefined) tokens.push({ kind: 'text', written: text });
    else if (moment !== undefined) tokens.push({ kind: 'moment', written: moment });
    else if (number !== undefined) tokens.push({ kind: 'number', written: number });
    else if (name !== undefined) tokens.push({ kind: 'word', written: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', written: sign });
  }
  return tokens;
}

function operator({ kind, written }: Token): Operator {
  const sign = written.toUpperCase();
  switch (sign) {
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'LIKE':
      return sign;
    case '<>':
      return '!=';
    default:
      throw unexpected({ kind, written });
  }
}

function unescapeText(written: string): string {
  return written.replace(/\\(.)/gs, (sequence, character: string) => {
    // These two mean something in LIKE alone, and stand as they are elsewhere.
    if (character === '%' || character === '_') return sequence;
    const meant = escapes[character];
    if (meant === undefined)
      throw malformed(`Invalid string literal '${written}'. Illegal character sequence`);
    return meant;
  });
}

function likePattern(written: string): RegExp {
  const source = written.replace(/\\(.)|([%_])|([\s\S])/g, (_all, escaped, wildcard, plain) => {
    if (wildcard === '%') return '.*';
    if (wildcard === '_') return '.';
    const character: string = plain ?? escapes[escaped] ?? escaped;
    return character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'isu');
}

function unexpected({ written }: Token): SalesforceRefusal {
  return malformed(`unexpected token: '${written}'`);
}

function malformed(message: string): SalesforceRefusal {
  return new SalesforceRefusal(400, 'MALFORMED_QUERY', message);
}
