import countries from 'i18n-iso-countries';
import { describe, expect, it } from 'vitest';
import { isPlaceName, normaliseCountry, normaliseState } from './places.ts';

describe('a country', () => {
  it('is itself by each of its codes', () => {
    const wrong = Object.entries(countries.getAlpha2Codes()).filter(
      ([alpha2, alpha3]) =>
        normaliseCountry(alpha2.toLowerCase()) !== alpha2 || normaliseCountry(alpha3) !== alpha2,
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['United States', 'US'],
    ['USA', 'US'],
    ['U.S.', 'US'],
    ['u.s.a.', 'US'],
    ['United States of America', 'US'],
    ['UK', 'GB'],
    ['England', 'GB'],
    ['United Kingdom', 'GB'],
    ['Deutschland', 'DE'],
    ['Allemagne', 'DE'],
    [' germany ', 'DE'],
    ['Österreich', 'AT'],
    ['Oesterreich', null],
    ['Schweiz', 'CH'],
    ['Suisse', 'CH'],
    ['Italia', 'IT'],
    ['España', 'ES'],
    ['Espana', 'ES'],
    ['Norge', 'NO'],
    ['The Netherlands', 'NL'],
    ['Czech Republic', 'CZ'],
    ['Türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['South Korea', 'KR'],
    ['Atlantis', null],
    ['', null],
  ])('%s is %s', (text, code) => {
    expect(normaliseCountry(text)).toBe(code);
  });
});

it.each([
  ['Texas', 'US', 'TX'],
  ['tx', 'US', 'TX'],
  ['US-TX', 'US', 'TX'],
  ['Texas', null, 'TX'],
  ['Bayern', 'DE', 'BY'],
  ['Bavaria', 'DE', 'BY'],
  ['North Rhine-Westphalia', 'DE', 'NW'],
  ['Ontario', 'CA', 'ON'],
  ['Lombardy', 'IT', '25'],
  ['Nowhere Land', 'US', 'nowhere land'],
])('the state %s of %s is %s', (text, country, state) => {
  expect(normaliseState(text, country)).toBe(state);
});

it.each([
  ['Hamburg', true],
  ['France', true],
  ['Texas', true],
  ['Nordlicht', false],
  ['Lumiere', false],
])('%s is the name of a place: %s', (text, isPlace) => {
  expect(isPlaceName(text)).toBe(isPlace);
});
