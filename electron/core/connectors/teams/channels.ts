import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';

/** A channel by Graph's ids. */
export interface WatchedChannel {
  team: string;
  /** `19:…@thread.tacv2`. */
  channel: string;
}

/** A channel by the names that people see, or by the team's id and the channel's name. */
export interface NamedChannel {
  team: string;
  channelName: string;
}

export type ChannelSetting = WatchedChannel | NamedChannel;

const Team = z.object({ id: z.string(), displayName: z.string().nullish() });
const Channel = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  webUrl: z.string().nullish(),
});
export type Channel = z.infer<typeof Channel>;

export interface Channels {
  readonly settings: readonly ChannelSetting[];
  /** Its ids; looked up once where it is given by name. Throws `vendor_refused` that lists the names that there are. */
  find(setting: ChannelSetting, call?: CallOptions): Promise<WatchedChannel>;
  /** The watched channel with this id; null where it is none of them. */
  byId(channel: string, call?: CallOptions): Promise<WatchedChannel | null>;
  /** Its name and address, for which the app needs Channel.ReadBasic.All. */
  describe(watched: WatchedChannel, call?: CallOptions): Promise<Channel>;
}

const vendor = 'Microsoft Teams';
const teamId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The channels that an admin chose to be listened to. */
export function createChannels(graph: Graph, settings: readonly ChannelSetting[]): Channels {
  const found = new Map<NamedChannel, WatchedChannel>();

  async function find(setting: ChannelSetting, call: CallOptions = {}): Promise<WatchedChannel> {
    if ('channel' in setting) return setting;
    const known = found.get(setting);
    if (known !== undefined) return known;
    const team = teamId.test(setting.team) ? setting.team : await findTeam(setting.team, call);
    const watched = { team, channel: await findChannel(team, setting, call) };
    found.set(setting, watched);
    return watched;
  }

  async function findTeam(name: string, call: CallOptions): Promise<string> {
    const query = { $filter: `displayName eq '${name.replaceAll("'", "''")}'`, $select: 'id,displayName' };
    const teams: string[] = [];
    for await (const { items } of graph.pages(Team, '/teams', { ...call, query }))
      teams.push(...items.map(({ id }) => id));
    const [team, another] = teams;
    if (team === undefined) {
      throw refused(`There is no team "${name}". Use the name that Teams shows, or the link of the channel.`);
    }
    if (another !== undefined) {
      throw refused(`Several teams are called "${name}". Use the link that Teams copies for the channel.`);
    }
    return team;
  }

  async function findChannel(team: string, named: NamedChannel, call: CallOptions): Promise<string> {
    const query = { $select: 'id,displayName' };
    const channels: Channel[] = [];
    const path = graphPath`/teams/${team}/channels`;
    for await (const { items } of graph.pages(Channel, path, { ...call, query })) channels.push(...items);
    const wanted = named.channelName.toLowerCase();
    const channel = channels.find(({ displayName }) => displayName?.toLowerCase() === wanted);
    if (channel !== undefined) return channel.id;
    const names = channels.map(({ displayName }) => displayName).filter(Boolean);
    throw refused(
      `The team "${named.team}" has no channel "${named.channelName}". It has ${names.join(', ') || 'none that we may see'}.`,
    );
  }

  return {
    settings,
    find,
    async byId(channel, call) {
      const isNamed = (setting: ChannelSetting) => 'channelName' in setting;
      // Those given by their ids first: they need no look-up.
      for (const setting of settings.toSorted((one, other) => +isNamed(one) - +isNamed(other))) {
        const watched = await find(setting, call);
        if (watched.channel === channel) return watched;
      }
      return null;
    },
    async describe({ team, channel }, call = {}) {
      const query = { $select: 'id,displayName,webUrl' };
      try {
        return await graph.get(Channel, graphPath`/teams/${team}/channels/${channel}`, { ...call, query });
      } catch (thrown) {
        if (!hasStatus(thrown, 404)) throw thrown;
        throw refused(
          `There is no channel ${channel} in the team ${team}. It may have been deleted; copy the channel's link anew.`,
        );
      }
    },
  };
}

function refused(message: string): AppError {
  return new AppError('vendor_refused', message, { details: { vendor } });
}
