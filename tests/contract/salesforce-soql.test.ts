import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLongRecordId } from '../../electron/core/connectors/salesforce/record-id.ts';
import {
  beginsWithLetters,
  likeText,
  looseLike,
  quote,
  quoteList,
  sameLetters,
} from '../../electron/core/connectors/salesforce/soql.ts';
import { parseSoql } from '../../electron/core/sandbox/salesforce/soql-parser.ts';

function literalsOf(condition: string) {
  const { where } = parseSoql(`SELECT Id FROM Lead WHERE ${condition}`);
  if (where?.kind === 'in') return where.literals;
  return where?.kind === 'compare' ? [where.literal] : [];
}

describe('SOQL literals', () => {
  it('say any text back as it was, and nothing but it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // The two that LIKE gives a meaning are the only sequences that stay as they are elsewhere.
        fc.pre(!/\\[%_]/.test(text));
        expect(literalsOf(`Name = ${quote(text)}`)).toMatchObject([{ kind: 'text', value: text }]);
      }),
    );
  });

  it('keep a list apart', () => {
    const values = ["a', 'b", 'c\\', "')"];
    expect(literalsOf(`Id IN ${quoteList(values)}`)).toMatchObject(values.map((value) => ({ value })));
  });

  it('take a wildcard in a LIKE pattern for itself', () => {
    const [literal] = literalsOf(`Website LIKE '${likeText("50%_o'ff\\")}'`);
    const fits = (text: string) => literal?.kind === 'text' && literal.pattern.test(text);
    expect([fits("50%_o'ff\\"), fits("50xxo'ff\\")]).toEqual([true, false]);
  });
});

describe('names however they are written', () => {
  it.each([
    ['Dvorak', 'Dvořák'],
    ["O'Brien", 'O’Brien'],
    ['Jean-Luc', 'Jean Luc'],
    ['Škoda', 'Skoda'],
    ['Acciaio', 'acciaio'],
    ['株式会社', '株式会社'],
    ['José', 'Jose\u0301'],
  ])('%s finds %s', (written, recorded) => {
    const [literal] = literalsOf(`Name LIKE '${looseLike(written)}'`);
    expect(literal?.kind === 'text' && literal.pattern.test(recorded.normalize('NFC'))).toBe(true);
    expect(sameLetters(written, recorded)).toBe(true);
  });

  it('does not ask for nearly everything', () => {
    expect(['Acciaio', 'Nordlicht', 'Lucas', '株式会社'].map(looseLike)).toEqual([
      'A______',
      '___d___h_',
      'L____',
      '株式会社',
    ]);
  });

  it('compares a beginning by its letters', () => {
    expect(beginsWithLetters('S.p.A. Acciaio', 'spa acc')).toBe(true);
    expect(beginsWithLetters('Acciaio', 'Acciaio Nord')).toBe(false);
  });
});

describe('record ids', () => {
  it.each([
    ['00Q000000000101', '00Q000000000101EAA'],
    ['00Q000000000101EAA', '00Q000000000101EAA'],
    ['001A0000006Vm9u', '001A0000006Vm9uIAC'],
    ['00Q', null],
    ["00Q00000000010'", null],
  ])('%s is %s in its long form', (id, long) => {
    expect(toLongRecordId(id)).toBe(long);
  });
});
