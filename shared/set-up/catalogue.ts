import type { ConnectedSystem } from '../model/connection.ts';
import { confluenceGuide, confluenceVariables } from './confluence.ts';
import type { SetUpGuide } from './guide.ts';
import { hubspotGuide, hubspotVariables } from './hubspot.ts';
import { microsoftVariables } from './microsoft.ts';
import { salesforceGuide, salesforceVariables } from './salesforce.ts';
import { sharepointGuide, sharepointVariables } from './sharepoint.ts';
import { slackGuide, slackVariables } from './slack.ts';
import { teamsGuide, teamsVariables } from './teams.ts';

/** What each variable of a connection has to look like, and what is read from it. */
export const connectionVariables = {
  ...slackVariables,
  ...microsoftVariables,
  ...teamsVariables,
  ...salesforceVariables,
  ...hubspotVariables,
  ...confluenceVariables,
  ...sharepointVariables,
} as const;
export type ConnectionVariable = keyof typeof connectionVariables;

export const setUpGuides: Readonly<Record<ConnectedSystem, SetUpGuide>> = {
  slack: slackGuide,
  teams: teamsGuide,
  salesforce: salesforceGuide,
  hubspot: hubspotGuide,
  confluence: confluenceGuide,
  sharepoint: sharepointGuide,
};
