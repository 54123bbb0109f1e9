import countries from 'i18n-iso-countries';
import { iso31662 } from 'iso-3166';
import { foldText } from './names.ts';

const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'no', 'da', 'fi', 'pl', 'cs'];

/** What people and CRMs write beside the names of the standard. */
const otherCountryNames: Record<string, string> = {
  usa: 'US',
  us: 'US',
  'united states': 'US',
  'united states of america': 'US',
  america: 'US',
  uk: 'GB',
  'united kingdom': 'GB',
  'great britain': 'GB',
  britain: 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  holland: 'NL',
  'the netherlands': 'NL',
  'czech republic': 'CZ',
  'south korea': 'KR',
  russia: 'RU',
  uae: 'AE',
};

const countryByName = new Map<string, string>();
for (const language of languages) {
  const names = countries.getNames(language, { select: 'all' }) ?? {};
  for (const [code, spellings] of Object.entries(names)) {
    for (const spelling of [spellings].flat()) {
      const key = foldText(String(spelling));
      if (!countryByName.has(key)) countryByName.set(key, code);
    }
  }
}
for (const [name, code] of Object.entries(otherCountryNames)) countryByName.set(name, code);

/** ISO 3166 alpha-2 of a country's code or name in any of the languages known; null where it is none. */
export function normaliseCountry(text: string): string | null {
  const written = text.trim();
  const key = foldText(written);
  const byName = countryByName.get(key);
  if (byName) return byName;
  const code = key.toUpperCase();
  if (/^[A-Z]{2}$/.test(code) && countries.isValid(code)) return code;
  if (/^[A-Z]{3}$/.test(code)) return countries.alpha3ToAlpha2(code) ?? null;
  return null;
}

const stateCodeByCountry = new Map<string, Map<string, string>>();
for (const { code, name, parent } of iso31662) {
  const country = parent.slice(0, 2);
  const short = code.slice(code.indexOf('-') + 1);
  const states = stateCodeByCountry.get(country) ?? new Map<string, string>();
  states.set(foldText(name), short);
  states.set(short.toLowerCase(), short);
  states.set(foldText(code), short);
  stateCodeByCountry.set(country, states);
}

/** English names of states that the standard lists in their own language only. */
const englishStateNames: Record<string, Record<string, string>> = {
  DE: {
    BY: 'Bavaria',
    HE: 'Hesse',
    MV: 'Mecklenburg-Western Pomerania',
    NI: 'Lower Saxony',
    NW: 'North Rhine-Westphalia',
    RP: 'Rhineland-Palatinate',
    SN: 'Saxony',
    ST: 'Saxony-Anhalt',
    TH: 'Thuringia',
  },
  AT: { 2: 'Carinthia', 3: 'Lower Austria', 4: 'Upper Austria', 6: 'Styria', 7: 'Tyrol', 9: 'Vienna' },
  CH: { GE: 'Geneva', LU: 'Lucerne' },
  ES: { AN: 'Andalusia', AR: 'Aragon', CT: 'Catalonia', PV: 'Basque Country' },
  IT: {
    21: 'Piedmont',
    23: 'Aosta Valley',
    25: 'Lombardy',
    52: 'Tuscany',
    62: 'Latium',
    75: 'Apulia',
    82: 'Sicily',
    88: 'Sardinia',
  },
};
for (const [country, names] of Object.entries(englishStateNames)) {
  for (const [short, name] of Object.entries(names))
    stateCodeByCountry.get(country)?.set(foldText(name), short);
}

const subdivisionNames = new Set(iso31662.map(({ name }) => foldText(name)));

/** Whether the words name a country or a part of one, and so hardly a company. */
export function isPlaceName(text: string): boolean {
  return normaliseCountry(text) !== null || subdivisionNames.has(foldText(text));
}

/** Where a state is looked for when nobody says the country: CRMs fill in states for these first. */
const countriesWithStates = [
  'US',
  'CA',
  'AU',
  'DE',
  'AT',
  'CH',
  'IN',
  'BR',
  'MX',
  'IT',
  'ES',
  'FR',
  'GB',
  'NL',
];

/**
 * A state as ISO 3166-2 without the country (`TX`), from its code or name. A state that the standard does not know
 * keeps its folded text, so that equal spellings are still equal.
 */
export function normaliseState(text: string, country: string | null): string {
  const key = foldText(text);
  for (const candidate of country === null ? countriesWithStates : [country]) {
    const code = stateCodeByCountry.get(candidate)?.get(key);
    if (code) return code;
  }
  return key;
}
