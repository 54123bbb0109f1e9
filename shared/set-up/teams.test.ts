import { describe, expect, it } from 'vitest';
import { accountScopes } from '../../electron/core/connectors/teams/client.ts';
import { connectionVariables } from './catalogue.ts';
import { teamsPermissions } from './teams.ts';

const read = (words: string) => connectionVariables.SWITCHYARD_TEAMS_CHANNELS.safeParse(words);
const link =
  'https://teams.microsoft.com/l/channel/19%3Aabc%40thread.tacv2/Lead%20routing?groupId=0a1b2c3d-0000-4000-8000-000000000000&tenantId=1';
const linked = { team: '0a1b2c3d-0000-4000-8000-000000000000', channel: '19:abc@thread.tacv2' };

describe('channels of Teams', () => {
  it.each([
    [link, [linked]],
    [`${link} ${link}`, [linked, linked]],
    [`${linked.team}/${linked.channel}, ${link}`, [linked, linked]],
    [
      `${linked.team}/${linked.channel} team-2/19:x@thread.tacv2`,
      [linked, { team: 'team-2', channel: '19:x@thread.tacv2' }],
    ],
    [
      'Revenue Operations/Lead routing\nR&D / EMEA/General',
      [
        { team: 'Revenue Operations', channelName: 'Lead routing' },
        { team: 'R&D / EMEA', channelName: 'General' },
      ],
    ],
    [`${linked.team}/General`, [{ team: linked.team, channelName: 'General' }]],
    [' \n, ', []],
  ])('are read from %j', (words, channels) => {
    expect(read(words)).toMatchObject({ success: true, data: channels });
  });

  it.each([
    'General',
    'https://teams.microsoft.com/l/team/19%3Aabc?groupId=1',
    'https://teams.microsoft.com/l/channel/%E0?groupId=1',
  ])('%s is none, and says what to enter', (words) => {
    const parsed = read(words);
    expect(parsed.error?.issues[0]?.message).toBe(
      `"${words}" is no channel: use the link that Teams copies for it, or team name/channel name`,
    );
  });
});

describe('the set-up of Teams', () => {
  it('asks the account for what it is signed in with, and nothing more', () => {
    const asked = teamsPermissions.filter(({ kind }) => kind === 'account').map(({ name }) => name);
    expect(asked.toSorted()).toEqual([...accountScopes].toSorted());
  });

  it('knows the id of a secret from its value', () => {
    const secret = connectionVariables.SWITCHYARD_MICROSOFT_CLIENT_SECRET;
    expect(secret.safeParse('0a1b2c3d-0000-4000-8000-000000000000').error?.issues[0]?.message).toContain(
      'copy its value',
    );
    expect(secret.safeParse('abc8Q~secret').success).toBe(true);
  });
});
