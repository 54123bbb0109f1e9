import { describe, expect, it } from 'vitest';
import { parseWorld } from '../world.ts';
import { SalesforceRefusal } from './errors.ts';
import { createOrganisation } from './organisation.ts';
import { runQuery } from './soql-evaluator.ts';

const clock = { now: () => new Date('2026-05-18T09:00:00Z'), sleep: () => Promise.resolve() };
const stamped = (day: number) => `2026-05-${String(day).padStart(2, '0')}T08:00:00Z`;
const leads = [
  { LastName: 'Weber', Email: 'W@a.example', NumberOfEmployees: 420, LastModifiedDate: stamped(10) },
  { LastName: 'Moreau', Email: null, NumberOfEmployees: 85, LastModifiedDate: stamped(12) },
  { LastName: 'Ortiz', Email: 'o_o@b.example', NumberOfEmployees: null, LastModifiedDate: stamped(11) },
  { LastName: 'Gone', IsDeleted: true, LastModifiedDate: stamped(13) },
].map((lead, index) => ({ Id: `00Q00000000010${index}EAA`, OwnerId: '005000000000001AAA', ...lead }));
const organisation = createOrganisation(
  parseWorld(
    { salesforce: { leads, users: [{ Id: '005000000000001AAA', Name: 'Ana', Email: 'ana@example.com' }] } },
    'the test world',
  ).salesforce,
  clock,
);
const run = (soql: string) => runQuery(organisation, '/services/data/v62.0', soql);
const names = (condition: string) =>
  run(`SELECT LastName FROM Lead ${condition}`).map((row) => 'LastName' in row && row.LastName);

function refusalOf(soql: string): unknown {
  try {
    return run(soql);
  } catch (thrown) {
    if (thrown instanceof SalesforceRefusal) return thrown.reply.body;
    throw thrown;
  }
}

describe('SOQL in the Salesforce stand-in', () => {
  it.each([
    ["WHERE Email = 'w@A.example'", ['Weber']],
    ['WHERE Email = null', ['Moreau']],
    ["WHERE Email != 'w@a.example'", ['Moreau', 'Ortiz']],
    ["WHERE Email LIKE 'o\\_%'", ['Ortiz']],
    ["WHERE LastName LIKE '%e_er'", ['Weber']],
    ['WHERE NumberOfEmployees >= 85 AND NumberOfEmployees < 420', ['Moreau']],
    ["WHERE LastName IN ('weber', 'ortiz') AND NOT Email = null", ['Weber', 'Ortiz']],
    ["WHERE LastName NOT IN ('Weber')", ['Moreau', 'Ortiz']],
    ["WHERE (LastName = 'Weber' OR LastName = 'Ortiz') AND IsConverted = false", ['Weber', 'Ortiz']],
    ['WHERE LastModifiedDate > 2026-05-11T08:00:00Z', ['Moreau']],
    ["WHERE Id = '00Q000000000102'", ['Ortiz']],
    ["WHERE Owner.Email = 'ANA@example.com' ORDER BY LastModifiedDate DESC LIMIT 2", ['Moreau', 'Ortiz']],
    ['ORDER BY NumberOfEmployees', ['Ortiz', 'Moreau', 'Weber']],
  ])('%s', (condition, expected) => {
    expect(names(condition)).toEqual(expected);
  });

  it('sends fields of the owner nested, and times in its own form', () => {
    expect(run('SELECT id, LastModifiedDate, Owner.Name, Owner.IsActive FROM lead LIMIT 1')).toEqual([
      {
        attributes: { type: 'Lead', url: '/services/data/v62.0/sobjects/Lead/00Q000000000100EAA' },
        Id: '00Q000000000100EAA',
        LastModifiedDate: '2026-05-10T08:00:00.000+0000',
        Owner: {
          attributes: { type: 'Name', url: '/services/data/v62.0/sobjects/User/005000000000001AAA' },
          Name: 'Ana',
          IsActive: true,
        },
      },
    ]);
  });

  it.each([
    ['SELECT Id FROM', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Lead WHERE LastName = 'a' AND Email = 'b' OR Email = 'c'", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Lead WHERE LastName = 'a'b'", 'MALFORMED_QUERY'],
    ["SELECT Id FROM Lead WHERE LastName = '\\q'", 'MALFORMED_QUERY'],
    ['SELECT Nope FROM Lead', 'INVALID_FIELD'],
    ['SELECT Account.Name FROM Lead', 'INVALID_FIELD'],
    ['SELECT Owner.Type FROM Account', 'INVALID_FIELD'],
    ["SELECT Id FROM Lead WHERE NumberOfEmployees > '5'", 'INVALID_FIELD'],
    ['SELECT Id FROM Leads', 'INVALID_TYPE'],
    ["SELECT Id FROM Lead WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR'],
  ])('refuses %s', (soql, errorCode) => {
    expect(refusalOf(soql)).toEqual([{ errorCode, message: expect.any(String) }]);
  });
});
