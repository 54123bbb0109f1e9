import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areSimilarNames, fitsCompany, jaroWinkler, normaliseName } from './names.ts';

describe('a normalised name', () => {
  it.each([
    ['Acciaio S.p.A.', 'acciaio'],
    ['Nordlicht GmbH', 'nordlicht'],
    ['Müller & Söhne GmbH & Co. KG', 'muller sohne gmbh co'],
    ['  Société   Générale SA ', 'societe generale'],
    ['Fjord Marine A/S', 'fjord marine'],
    ['Acme, Inc.', 'acme'],
    ['Acme Pty. Ltd.', 'acme'],
    ['S p A', 's p a'],
    ['SE', 'se'],
    ['Inca', 'inca'],
  ])('%s is %s', (name, normalised) => {
    expect(normaliseName(name)).toBe(normalised);
  });

  it('stays as it is when normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
        expect(normaliseName(normaliseName(name))).toBe(normaliseName(name));
      }),
    );
  });
});

it.each([
  ['Nordlicht', 'Nordlicht GmbH', true],
  ['titan', 'Titan Industries', true],
  ['Tit', 'Titan Industries', false],
  ['Titan Industries Group', 'Titan Industries', false],
  ['', 'Titan', false],
])('"%s" fits the record’s "%s": %s', (written, recorded, fits) => {
  expect(fitsCompany(written, recorded)).toBe(fits);
});

describe('similarity', () => {
  it.each([
    ['martha', 'marhta', 0.961],
    ['dwayne', 'duane', 0.84],
    ['dixon', 'dicksonx', 0.813],
    ['abc', 'xyz', 0],
  ])('of %s and %s is %d', (first, second, similarity) => {
    expect(jaroWinkler(first, second)).toBeCloseTo(similarity, 3);
  });

  it('is the same both ways and between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        const similarity = jaroWinkler(first, second);
        expect(similarity).toBeCloseTo(jaroWinkler(second, first), 10);
        expect(similarity >= 0 && similarity <= 1).toBe(true);
      }),
    );
  });

  it('is for names that differ: an equal name is no similar one', () => {
    expect([
      areSimilarNames('Titan Industries', 'Titan Industries AG'),
      areSimilarNames('Titan Industries', 'Titan Industrie'),
    ]).toEqual([false, true]);
  });
});
