import { z } from 'zod';
import type { CallOptions } from '../connector.ts';
import { garbled, unlessCancelled } from '../vendor-fetch.ts';
import { createQueryReader } from './composite.ts';
import { errorCodeOf, vendor } from './errors.ts';
import { isLockField, ownerFields, relatedRows } from './map.ts';
import type { SalesforceSession } from './session.ts';

const QueryPage = z.object({
  done: z.boolean(),
  records: z.array(z.unknown()),
  nextRecordsUrl: z.string().optional(),
});
const Description = z.object({
  updateable: z.boolean().default(false),
  fields: z.array(z.object({ name: z.string(), type: z.string(), updateable: z.boolean().default(false) })),
  childRelationships: z
    .array(z.object({ childSObject: z.string(), relationshipName: z.string().nullish() }))
    .default([]),
});
/** An object as the organisation shows it to our account: what may not be seen is not in it. */
export type Description = z.output<typeof Description>;

export type DescribedObject = 'Lead' | 'Account' | 'Opportunity';

export interface Queries {
  /** Asked once, and again after a query has shown that it is no longer so. */
  describe(object: DescribedObject, options: CallOptions): Promise<Description>;
  /** Every row of an answer, however many pages it takes. */
  rows<Row extends z.ZodType>(schema: Row, soql: string, options: CallOptions): Promise<z.output<Row>[]>;
  /** The same for a described object: of the wanted fields those that may be seen, and what belongs to its rows. */
  select<Row extends z.ZodType>(
    schema: Row,
    selection: Selection,
    options: CallOptions,
  ): Promise<z.output<Row>[]>;
}

export interface Selection {
  object: DescribedObject;
  wanted: readonly string[];
  /** From WHERE on. */
  tail: string;
}

/** No more pages than this of one answer: a list that never ends is no list. */
const maximumPages = 500;

export function createQueries(session: SalesforceSession): Queries {
  const readQuery = createQueryReader(session);
  const descriptions = new Map<DescribedObject, Promise<Description>>();
  /** The organisation lists these relationships and refuses to read them. */
  const refusedRelated = new Set<string>();

  function describe(object: DescribedObject, { signal }: CallOptions): Promise<Description> {
    return unlessCancelled(vendor, descriptions.get(object) ?? askFor(object), signal);
  }

  /** Callers share one answer: one that gives up leaves it to the others. */
  function askFor(object: DescribedObject): Promise<Description> {
    const asked = session
      .call({ method: 'GET', path: `/sobjects/${object}/describe` })
      .then((json) => parse(Description, json));
    descriptions.set(object, asked);
    asked.catch(() => descriptions.delete(object));
    return asked;
  }

  function relatedOf(object: DescribedObject, { childRelationships }: Description): string[] {
    const shown = new Set(childRelationships.map(({ relationshipName }) => relationshipName));
    return Object.entries<string>(object === 'Opportunity' ? {} : relatedRows[object])
      .filter(([name]) => shown.has(name) && !refusedRelated.has(name))
      .map(([, query]) => `(${query})`);
  }

  /** Whether the query may be asked again otherwise: what it brought along is left out from now on. */
  function giveUpRelated(soql: string): boolean {
    const names = Object.values(relatedRows)
      .flatMap((related) => Object.keys(related))
      .filter((name) => soql.includes(`FROM ${name}`) && !refusedRelated.has(name));
    for (const name of names) refusedRelated.add(name);
    return names.length > 0;
  }

  async function pages(soql: string, callOptions: CallOptions): Promise<unknown[]> {
    const rows: unknown[] = [];
    const seen = new Set<string>();
    let json = await readQuery(`/query?q=${encodeURIComponent(soql)}`, callOptions);
    for (;;) {
      const page = parse(QueryPage, json);
      rows.push(...page.records);
      if (page.done) return rows;
      const path = page.nextRecordsUrl ?? '';
      // Any other address would be sent our token; one that was there already would go on for ever.
      if (!path.startsWith('/services/data/') || seen.has(path) || seen.size >= maximumPages) {
        throw garbled(vendor, 'a list that does not go on');
      }
      seen.add(path);
      json = await session.call({ method: 'GET', path }, callOptions);
    }
  }

  async function soqlOf({ object, wanted, tail }: Selection, callOptions: CallOptions): Promise<string> {
    const description = await describe(object, callOptions);
    const { fields } = description;
    const names = new Set(fields.map(({ name }) => name));
    const locks = object === 'Lead' ? fields.filter(isLockField).map(({ name }) => name) : [];
    const visible = wanted.filter((name) => names.has(name));
    const selected = [...visible, ...locks, ...ownerFields, ...relatedOf(object, description)];
    return `SELECT ${selected.join(', ')} FROM ${object} ${tail}`;
  }

  async function rows<Row extends z.ZodType>(
    schema: Row,
    soql: string,
    callOptions: CallOptions,
  ): Promise<z.output<Row>[]> {
    return parse(z.array(schema), await pages(soql, callOptions));
  }

  return {
    describe,
    rows,
    async select(schema, selection, callOptions) {
      let soql = await soqlOf(selection, callOptions);
      for (;;) {
        try {
          return await rows(schema, soql, callOptions);
        } catch (thrown) {
          if (!isAboutShape(thrown)) throw thrown;
          const refused = soql;
          descriptions.clear();
          soql = await soqlOf(selection, callOptions);
          if (soql === refused && !giveUpRelated(soql)) throw thrown;
          soql = await soqlOf(selection, callOptions);
        }
      }
    },
  };
}

/** Whether a query named what is not there, or not there any more. */
function isAboutShape(thrown: unknown): boolean {
  const errorCode = errorCodeOf(thrown);
  return errorCode === 'INVALID_FIELD' || errorCode === 'INVALID_TYPE';
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const parsed = schema.safeParse(json);
  // The parser's own words quote the data, which is people's.
  if (!parsed.success) throw garbled(vendor, 'data of another form');
  return parsed.data;
}
