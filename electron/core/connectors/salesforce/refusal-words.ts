/** What one of Salesforce's codes means to a person, and what to do about it. */
export interface RefusalWords {
  means: string;
  todo: string;
}

const administrator = "Salesforce's administrator";

/** Codes: SOAP API Developer Guide, "Core Data Types", ExceptionCode and StatusCode; the REST API answers with the same. */
const words: Readonly<Record<string, RefusalWords>> = {
  FIELD_CUSTOM_VALIDATION_EXCEPTION: {
    means: 'A validation rule of your organisation forbids the change.',
    todo: `Complete the lead in Salesforce so that the rule holds, or ask ${administrator} to let the account of Switchyard pass the rule.`,
  },
  REQUIRED_FIELD_MISSING: {
    means: 'The lead lacks a field that your organisation demands.',
    todo: 'Fill the field in on the lead in Salesforce.',
  },
  CANNOT_EXECUTE_FLOW_TRIGGER: {
    means: 'A flow of your organisation that runs on leads has stopped the change.',
    todo: `Ask ${administrator} to look at that flow.`,
  },
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: {
    means: 'An Apex trigger of your organisation that runs on leads has stopped the change.',
    todo: `Ask ${administrator} to look at that trigger.`,
  },
  DUPLICATES_DETECTED: {
    means:
      'A duplicate rule of your organisation forbids saving the lead beside the records that it resembles.',
    todo: 'Merge or correct the records in Salesforce; the rule is not passed over from here.',
  },
  INSUFFICIENT_ACCESS_OR_READONLY: {
    means: 'The account of Switchyard may read the lead and may not change it.',
    todo: `Ask ${administrator} to give it edit on Lead and the permission Transfer Leads, or to share the lead with it.`,
  },
  INSUFFICIENT_ACCESS: {
    means: 'The account of Switchyard lacks a permission for this.',
    todo: `Ask ${administrator} to give its permission set what Connectors → Salesforce → Test connection names.`,
  },
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: {
    means: 'The account of Switchyard may not see the new owner, or may not give leads to them.',
    todo: `Ask ${administrator} to let it see that user or queue, and to give it the permission Transfer Leads.`,
  },
  INVALID_FIELD_FOR_INSERT_UPDATE: {
    means: 'Field-level security keeps the account of Switchyard from changing the field.',
    todo: `Ask ${administrator} to make the field editable in its permission set.`,
  },
  TRANSFER_REQUIRES_READ: {
    means: 'The new owner may not read leads, and Salesforce gives a record to nobody who may not read it.',
    todo: `Choose another owner, or ask ${administrator} to give that user read on Lead.`,
  },
  INACTIVE_OWNER_OR_USER: {
    means: 'The new owner is no longer active in Salesforce.',
    todo: 'Choose another owner.',
  },
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: {
    means: "The new owner's kind of licence cannot own leads.",
    todo: 'Choose another owner.',
  },
  INVALID_CROSS_REFERENCE_KEY: {
    means: 'Salesforce knows no such owner, or the queue takes no leads.',
    todo: 'Choose another owner, or add Lead to the objects of the queue.',
  },
  MALFORMED_ID: {
    means: 'The new owner is named by something that is no id of a user or a queue.',
    todo: 'Choose another owner.',
  },
  CANNOT_UPDATE_CONVERTED_LEAD: {
    means: 'The lead was converted, and Salesforce lets nobody change it any more.',
    todo: 'Change the owner of the contact or the account that came of it.',
  },
  ENTITY_IS_LOCKED: {
    means: 'The lead is locked, as a rule because an approval is under way.',
    todo: 'Wait for the approval, or have the lead unlocked in Salesforce.',
  },
  REQUEST_LIMIT_EXCEEDED: {
    means: "The organisation's API calls of the last 24 hours are used up.",
    todo: `Wait until some of them are a day old, or ask ${administrator} for more; Setup → Company Information shows them.`,
  },
  API_DISABLED_FOR_ORG: {
    means: 'The account of Switchyard, or the whole organisation, may not use the API.',
    todo: `Ask ${administrator} to give the account the permission API Enabled. Professional Edition has the API only at extra cost.`,
  },
  API_CURRENTLY_DISABLED: {
    means: 'The API is switched off for a while.',
    todo: 'See status.salesforce.com, and try again later.',
  },
  INVALID_TYPE: {
    means: 'The organisation has no such object, or the account of Switchyard may not see it.',
    todo: `Ask ${administrator} to give its permission set read on that object.`,
  },
  INVALID_FIELD: {
    means: 'The organisation has no such field, or the account of Switchyard may not see it.',
    todo: `Ask ${administrator} to give its permission set read on that field.`,
  },
};

const anything: RefusalWords = {
  means: 'Salesforce takes the call and does not carry it out.',
  todo: `Correct it in Salesforce, or ask ${administrator}.`,
};

export function refusalWords(errorCode: string): RefusalWords {
  return words[errorCode] ?? anything;
}
