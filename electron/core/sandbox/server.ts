import type { Clock, Log } from '../ports.ts';
import { type ConfluenceStandIn, createConfluenceStandIn } from './confluence.ts';
import { createFaults, type Faults, type VendorSystem } from './faults.ts';
import { createHubspotStandIn } from './hubspot.ts';
import { createSalesforceStandIn, type SalesforceStandIn } from './salesforce.ts';
import { createSharepointStandIn, type SharepointStandIn } from './sharepoint.ts';
import { createSlackStandIn, type SlackStandIn } from './slack.ts';
import type {
  CrmStandIn,
  SandboxCredentials,
  StandIn,
  StandInContext,
  StandInReply,
  StandInRequest,
} from './stand-in.ts';
import { createTeamsStandIn, type TeamsStandIn } from './teams.ts';
import { startVendorServer, type VendorServer } from './vendor-server.ts';
import type { World } from './world.ts';

export interface SandboxOptions {
  world: World;
  clock: Clock;
  log: Log;
  /** How long a `timeout` fault holds a request whose client does not give up; 60 s. */
  timeoutHoldMs?: number;
  /** Multiplies the vendors' rate limits: 1 is the vendors' own, `Infinity` none. */
  limitFactor?: number;
  /** After how long Slack delivers an envelope again that was not acknowledged; 3 s, as the vendor. */
  slackAckMs?: number;
  /** Sees every exchange that was answered, for tests that hold the stand-ins to their vendors' contracts. */
  onExchange?: (exchange: { system: VendorSystem; request: StandInRequest; reply: StandInReply }) => void;
}

/** Base addresses, to be given to the connectors as they would be given the vendors' own. */
export interface SandboxUrls {
  /** With a slash at the end, as `slackApiUrl` wants it. */
  slack: string;
  /** The login address and the instance address in one. */
  salesforce: string;
  hubspot: string;
  /** The site, without `/wiki`. */
  confluence: string;
  /** Graph's address and the sign-in's in one, for each product. */
  sharepoint: string;
  teams: string;
}

export interface Sandbox {
  readonly urls: SandboxUrls;
  readonly credentials: SandboxCredentials;
  readonly faults: Faults;
  readonly slack: SlackStandIn;
  readonly salesforce: SalesforceStandIn;
  readonly hubspot: CrmStandIn;
  readonly confluence: ConfluenceStandIn;
  readonly sharepoint: SharepointStandIn;
  readonly teams: TeamsStandIn;
  /** Called after every change of a stand-in's state; gives back how to stop that. */
  onChange(listener: () => void): () => void;
  /**
   * No request is being answered, Slack waits neither to deliver an event nor for its acknowledgement, and what was
   * written in Teams was read.
   */
  isQuiet(): boolean;
  stop(): Promise<void>;
}

const credentials: SandboxCredentials = {
  slack: { botToken: 'xoxb-sandbox-bot', appToken: 'xapp-1-sandbox-app' },
  salesforce: {
    clientId: 'sandbox-client',
    clientSecret: 'sandbox-secret',
    accessToken: '00DSANDBOX!sandbox-access',
  },
  hubspot: { accessToken: 'pat-sandbox-access' },
  confluence: {
    email: 'switchyard@example.com',
    apiToken: 'sandbox-api-token',
    bearerToken: 'sandbox-bearer-token',
  },
  microsoft: {
    tenantId: 'sandbox-tenant',
    clientId: 'sandbox-app',
    clientSecret: 'sandbox-app-secret',
    refreshToken: 'sandbox-refresh-token',
  },
};

/** Starts all stand-ins, each on a free port of the loopback, with the state that the world gives them. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { world, clock, log, timeoutHoldMs = 60_000, limitFactor = 1, slackAckMs = 3_000 } = options;
  const faults = createFaults();
  const listeners = new Set<() => void>();
  const servers: VendorServer[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };

  async function serve<Kind extends StandIn>(
    system: VendorSystem,
    create: (context: StandInContext) => Kind,
    onUpgrade?: Parameters<typeof startVendorServer>[0]['onUpgrade'],
  ): Promise<{ standIn: Kind; url: string }> {
    let standIn: Kind | undefined;
    const vendorLog = log.child({ standIn: system });
    const server = await startVendorServer({
      system,
      faults,
      clock,
      log: vendorLog,
      timeoutHoldMs,
      limitFactor,
      standIn: (baseUrl) => {
        standIn = create({ world, clock, log: vendorLog, credentials, baseUrl: () => baseUrl, changed });
        return standIn;
      },
      ...(onUpgrade === undefined ? {} : { onUpgrade }),
      onExchange: (exchange) => options.onExchange?.({ system, ...exchange }),
      onSettled: changed,
    });
    servers.push(server);
    if (standIn === undefined) throw new Error(`The ${system} stand-in was not built`);
    return { standIn, url: server.url };
  }

  let slackStandIn: SlackStandIn | undefined;
  const slack = await serve(
    'slack',
    (context) => {
      slackStandIn = createSlackStandIn(context, { ackMs: slackAckMs });
      return slackStandIn;
    },
    (request, socket, head) => slackStandIn?.upgrade(request, socket, head),
  );
  const salesforce = await serve('salesforce', createSalesforceStandIn);
  const hubspot = await serve('hubspot', createHubspotStandIn);
  const confluence = await serve('confluence', createConfluenceStandIn);
  const sharepoint = await serve('sharepoint', createSharepointStandIn);
  const teams = await serve('teams', createTeamsStandIn);

  return {
    urls: {
      slack: `${slack.url}/api/`,
      salesforce: salesforce.url,
      hubspot: hubspot.url,
      confluence: confluence.url,
      sharepoint: sharepoint.url,
      teams: teams.url,
    },
    credentials,
    faults,
    slack: slack.standIn,
    salesforce: salesforce.standIn,
    hubspot: hubspot.standIn,
    confluence: confluence.standIn,
    sharepoint: sharepoint.standIn,
    teams: teams.standIn,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    isQuiet: () =>
      slack.standIn.isQuiet() &&
      teams.standIn.isQuiet() &&
      servers.every((server) => server.inFlight() === 0),
    async stop() {
      await slack.standIn.stop();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
