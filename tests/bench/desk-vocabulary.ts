/** What the rows of the desk's benchmark are made of, and what is searched in them. */
export const peopleCount = 2_000;

export const personEmail = (index: number): string => `person${index}@bench.example`;

export const summaryWords = (
  'lead owner territory account northwind contoso fabrikam duplicate region enterprise manager assigned moved country ' +
  'segment named strategic policy check today campaign source stage opportunity merger acquisition renewal partner ' +
  'channel inbound outbound quarter pipeline webinar conference reseller subsidiary headquarters distributor'
).split(' ');

export const messageWords = (
  'please look thanks again customer called yesterday waiting answer urgent meeting monday colleague forwarded asked ' +
  'confirmed handover holiday contract invoice'
).split(' ');
