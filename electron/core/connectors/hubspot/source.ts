import type { CrmCampaign } from '../../../../shared/model/lead.ts';

type Properties = Readonly<Record<string, string | null>>;

/** Where a contact came from. Those that begin with `utm_` are custom: an account may have them or not. */
export const sourceProperties = [
  'hs_analytics_source',
  'hs_analytics_source_data_1',
  'hs_analytics_source_data_2',
  'hs_analytics_first_timestamp',
  'hs_analytics_first_touch_converting_campaign',
  'hs_analytics_last_timestamp',
  'hs_analytics_last_touch_converting_campaign',
  'hs_latest_source',
  'hs_latest_source_data_1',
  'hs_latest_source_data_2',
  'hs_latest_source_timestamp',
  'utm_campaign',
  'utm_source',
  'utm_medium',
] as const;

/** HubSpot's traffic sources in the words of its own screens. */
const sourceWords: Readonly<Record<string, string>> = {
  AI_REFERRALS: 'AI referrals',
  DIRECT_TRAFFIC: 'Direct traffic',
  EMAIL_MARKETING: 'Email marketing',
  OFFLINE: 'Offline sources',
  ORGANIC_SEARCH: 'Organic search',
  OTHER_CAMPAIGNS: 'Other campaigns',
  PAID_SEARCH: 'Paid search',
  PAID_SOCIAL: 'Paid social',
  REFERRALS: 'Referrals',
  SOCIAL_MEDIA: 'Organic social',
};

/**
 * First and latest source with their drill-downs: `First: Paid search (google, spring sale). Latest: Email marketing.`
 * Null where HubSpot knows none.
 */
export function sourceDetailOf(properties: Properties): string | null {
  const first = sourceIn(properties, 'hs_analytics_source');
  const latest = sourceIn(properties, 'hs_latest_source');
  const visit = [textOf(properties.utm_source), textOf(properties.utm_medium)].filter(
    (word) => word !== null,
  );
  const parts = [
    first === null ? null : `First: ${first}.`,
    latest === null || latest === first ? null : `Latest: ${latest}.`,
    visit.length === 0 ? null : `Link: ${visit.join(', ')}.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

function sourceIn(properties: Properties, name: string): string | null {
  const source = textOf(properties[name]);
  if (source === null) return null;
  const drillDowns = [properties[`${name}_data_1`], properties[`${name}_data_2`]].map(textOf);
  const details = [...new Set(drillDowns.filter((detail) => detail !== null))];
  return `${sourceWords[source] ?? source}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}

/** The campaigns that HubSpot names on the contact, newest first, each once. */
export function campaignsOf(properties: Properties): CrmCampaign[] {
  const named = [
    {
      name: textOf(properties.hs_analytics_last_touch_converting_campaign),
      type: 'Last conversion',
      at: timeOf(properties.hs_analytics_last_timestamp),
    },
    {
      name: textOf(properties.hs_analytics_first_touch_converting_campaign),
      type: 'First conversion',
      at: timeOf(properties.hs_analytics_first_timestamp),
    },
    { name: textOf(properties.utm_campaign), type: 'Link', at: null },
  ];
  return named.flatMap(({ name, type, at }, index) => {
    const isRepeated = named.slice(0, index).some((earlier) => earlier.name === name);
    return name === null || isRepeated ? [] : [{ id: null, name, type, at }];
  });
}

function textOf(value: string | null | undefined): string | null {
  return value?.trim() || null;
}

/** HubSpot writes times as ISO 8601 or, in older properties, as milliseconds. */
function timeOf(value: string | null | undefined): string | null {
  const text = textOf(value);
  if (text === null) return null;
  const at = new Date(/^\d+$/.test(text) ? Number(text) : text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
