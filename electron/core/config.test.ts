import { describe, expect, it } from 'vitest';
import { type Environment, readConfig } from './config.ts';

const app = {
  SWITCHYARD_MICROSOFT_TENANT: 'tenant',
  SWITCHYARD_MICROSOFT_CLIENT_ID: 'client',
  SWITCHYARD_MICROSOFT_CLIENT_SECRET: 'secret',
};
const library = {
  SWITCHYARD_SHAREPOINT_SITE: 'https://acme.sharepoint.com/sites/RevOps/',
  SWITCHYARD_SHAREPOINT_LIBRARY: 'Policies',
};
const connectorsOf = (environment: Environment) =>
  readConfig({ HOME: '/home/ana', ...environment }).connectors;

describe('an app of Microsoft', () => {
  it('reads the SharePoint library that is named', () => {
    expect(connectorsOf({ ...app, ...library })).toMatchObject({
      sharepoint: {
        app: {
          graphUrl: 'https://graph.microsoft.com',
          loginUrl: 'https://login.microsoftonline.com',
          tenantId: 'tenant',
          clientId: 'client',
          clientSecret: 'secret',
        },
        siteUrl: 'https://acme.sharepoint.com/sites/RevOps',
        library: 'Policies',
      },
      teams: null,
    });
  });

  it.each([
    [
      'without its secret',
      { ...app, ...library, SWITCHYARD_MICROSOFT_CLIENT_SECRET: '' },
      'CLIENT_SECRET is not',
    ],
    [
      'without the library',
      { ...app, ...library, SWITCHYARD_SHAREPOINT_LIBRARY: ' ' },
      'SHAREPOINT_LIBRARY is not',
    ],
    [
      'with a site that is no address',
      { ...app, ...library, SWITCHYARD_SHAREPOINT_SITE: 'RevOps' },
      'no http',
    ],
    ['without anything to use it for', app, 'nothing to use it for'],
  ])('%s is refused in words', (_, environment, words) => {
    expect(() => connectorsOf(environment)).toThrow(
      expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(words) }),
    );
  });

  it('watches the channels whose links were copied, or that are named by their ids', () => {
    const link =
      'https://teams.microsoft.com/l/channel/19%3aabc%40thread.tacv2/Routing?groupId=team-1&tenantId=tenant';
    const words = `${link}, team-2/19:def@thread.tacv2`;
    expect(connectorsOf({ ...app, SWITCHYARD_TEAMS_CHANNELS: words })).toMatchObject({
      teams: {
        refreshToken: null,
        channels: [
          { team: 'team-1', channel: '19:abc@thread.tacv2' },
          { team: 'team-2', channel: '19:def@thread.tacv2' },
        ],
      },
      sharepoint: null,
    });
  });

  it.each(['19:abc@thread.tacv2', 'https://teams.microsoft.com/l/team/19%3aabc', 'Routing'])(
    'says of %s that it is no channel',
    (words) => {
      expect(() => connectorsOf({ ...app, SWITCHYARD_TEAMS_CHANNELS: words })).toThrow(
        expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('is no channel') }),
      );
    },
  );
});
