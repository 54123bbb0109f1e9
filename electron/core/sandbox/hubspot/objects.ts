import type { Clock } from '../../ports.ts';
import type { World } from '../world.ts';

export type ObjectType = 'contacts' | 'companies';

interface PastValue {
  value: string;
  timestamp: string;
}

/** A contact or company. Properties are texts; one without a value is not there. */
export interface StoredObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly createdAt: string;
  readonly properties: Record<string, string>;
  archived: boolean;
  /** Of a contact: companies beside the one that `associatedcompanyid` names. */
  readonly otherCompanyIds: readonly string[];
  /** Past values of the properties that changed, newest first. */
  readonly history: Map<string, PastValue[]>;
}

/** Where the two kinds keep their modification stamp. */
const stampOf = { contacts: 'lastmodifieddate', companies: 'hs_lastmodifieddate' } as const;

const defaultProperties = {
  contacts: ['email', 'firstname', 'lastname'],
  companies: ['name', 'domain'],
} as const;

type WorldObject = World['hubspot']['contacts'][number] | World['hubspot']['companies'][number];

export function toStoredObject(type: ObjectType, record: WorldObject, now: Date): StoredObject {
  const { id, archived, createdate, lastmodifieddate, other_company_ids, ...fields } = record;
  const createdAt = new Date(typeof createdate === 'string' ? createdate : now).toISOString();
  const modifiedAt =
    typeof lastmodifieddate === 'string' ? new Date(lastmodifieddate).toISOString() : createdAt;
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) assign(properties, name, value);
  return {
    id,
    type,
    createdAt,
    properties: { ...properties, hs_object_id: id, createdate: createdAt, [stampOf[type]]: modifiedAt },
    archived: archived === true,
    otherCompanyIds: Array.isArray(other_company_ids) ? other_company_ids : [],
    history: new Map(),
  };
}

/** Changes properties, keeps what they were, and moves the stamp on: to the clock's time, and always forward. */
export function change(object: StoredObject, fields: Readonly<Record<string, unknown>>, clock: Clock): void {
  const { properties, history, type } = object;
  const stamp = stampOf[type];
  const earliest = Date.parse(properties[stamp] ?? object.createdAt) + 1;
  const timestamp = new Date(Math.max(earliest, clock.now().getTime())).toISOString();
  for (const [name, value] of Object.entries(fields)) {
    const past = pastValues(object, name);
    assign(properties, name, value);
    history.set(name, [{ value: properties[name] ?? '', timestamp }, ...past]);
  }
  properties[stamp] = timestamp;
}

function assign(properties: Record<string, string>, name: string, value: unknown): void {
  if (value === null || value === undefined || value === '') delete properties[name];
  else properties[name] = String(value);
}

function pastValues({ history, properties, createdAt }: StoredObject, name: string): PastValue[] {
  const value = properties[name];
  return history.get(name) ?? (value === undefined ? [] : [{ value, timestamp: createdAt }]);
}

/** An account has a custom property or not, and leaves out what it has not; all contacts stand for one account here. */
const isCustom = (name: string): boolean => name.startsWith('utm_');

/** The object on the wire: with the properties asked for, else HubSpot's own choice. */
export function toReply(
  object: StoredObject,
  asked: { properties: readonly string[]; propertiesWithHistory: readonly string[] },
): object {
  const { id, type, properties, createdAt, archived } = object;
  const stamp = stampOf[type];
  const names = [
    ...(asked.properties.length === 0
      ? defaultProperties[type]
      : asked.properties.filter((name) => name in properties || !isCustom(name))),
    ...asked.propertiesWithHistory,
    'createdate',
    'hs_object_id',
    stamp,
  ];
  return {
    id,
    properties: Object.fromEntries(names.map((name) => [name, properties[name] ?? null])),
    ...(asked.propertiesWithHistory.length === 0
      ? {}
      : {
          propertiesWithHistory: Object.fromEntries(
            asked.propertiesWithHistory.map((name) => [
              name,
              pastValues(object, name).map((past) => ({ ...past, sourceType: 'CRM_UI' })),
            ]),
          ),
        }),
    createdAt,
    updatedAt: properties[stamp] ?? createdAt,
    archived,
  };
}
