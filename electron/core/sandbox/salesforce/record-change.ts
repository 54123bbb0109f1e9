import { isQueueId, toLongRecordId } from '../../connectors/salesforce/record-id.ts';
import type { StandInRequest } from '../stand-in.ts';
import { SalesforceRefusal } from './errors.ts';
import type { Organisation, Row } from './organisation.ts';
import type { ObjectName } from './schema.ts';

/** Changes fields of a record as a PATCH asks for, or refuses as the vendor would. Gives back what was changed. */
export function changeRecord(
  organisation: Organisation,
  { headers, body }: Pick<StandInRequest, 'headers' | 'body'>,
  { object, row }: { object: ObjectName; row: Row },
): Row {
  const unmodifiedSince = Date.parse(headers['if-unmodified-since'] ?? '');
  // Stamps are compared by the second, as HTTP writes them.
  if (Math.floor(Date.parse(String(row.LastModifiedDate)) / 1000) * 1000 > unmodifiedSince) {
    throw new SalesforceRefusal(412, 'PRECONDITION_FAILED', 'The record was modified since the given time');
  }
  const fields = parseFields(body);
  checkFields(organisation, object, fields);
  checkEditable(organisation, object, row);
  if ('OwnerId' in fields) checkOwner(organisation, object, fields.OwnerId);
  organisation.change(object, row, fields);
  return fields;
}

function parseFields(body: string): Row {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = null;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new SalesforceRefusal(400, 'JSON_PARSER_ERROR', 'Unexpected character or end of the request body');
  }
  return { ...json };
}

function checkFields(organisation: Organisation, object: ObjectName, fields: Row): void {
  const known = new Map(organisation.fields(object).map((field) => [field.name, field]));
  for (const name of Object.keys(fields)) {
    const field = known.get(name);
    if (field === undefined) {
      throw new SalesforceRefusal(
        400,
        'INVALID_FIELD',
        `No such column '${name}' on sobject of type ${object}`,
      );
    }
    if (!field.isUpdateable) {
      throw new SalesforceRefusal(
        400,
        'INVALID_FIELD_FOR_INSERT_UPDATE',
        `Unable to create/update fields: ${name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
        [name],
      );
    }
  }
}

function checkEditable(organisation: Organisation, object: ObjectName, row: Row): void {
  if (object === 'Lead' && row.IsConverted === true) {
    throw new SalesforceRefusal(400, 'CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead', []);
  }
  if (row.IsLocked === true) {
    throw new SalesforceRefusal(400, 'ENTITY_IS_LOCKED', 'the entity is locked for editing', []);
  }
  if (row.IsReadOnly === true || row.MayEdit === false || !organisation.access.mayEditLeads) {
    throw new SalesforceRefusal(
      403,
      'INSUFFICIENT_ACCESS_OR_READONLY',
      'insufficient access rights on object id',
      [],
    );
  }
}

function checkOwner(organisation: Organisation, object: ObjectName, ownerId: unknown): void {
  const id = typeof ownerId === 'string' ? toLongRecordId(ownerId) : null;
  if (id === null) {
    throw new SalesforceRefusal(
      400,
      'MALFORMED_ID',
      `Owner ID: id value of incorrect type: ${String(ownerId)}`,
      ['OwnerId'],
    );
  }
  const owner = organisation.find(isQueueId(id) ? 'Group' : 'User', id);
  if (owner === null || (isQueueId(id) && object !== 'Lead')) {
    throw new SalesforceRefusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  }
  if (owner.IsActive === false) {
    throw new SalesforceRefusal(
      400,
      'INACTIVE_OWNER_OR_USER',
      `operation performed with inactive user [${id}] as owner of ${object.toLowerCase()}`,
      ['OwnerId'],
    );
  }
}
