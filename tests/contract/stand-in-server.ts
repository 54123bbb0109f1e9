import type { Clock, Log } from '../../electron/core/ports.ts';
import { createFaults, type Faults, type VendorSystem } from '../../electron/core/sandbox/faults.ts';
import type {
  SandboxCredentials,
  StandIn,
  StandInContext,
  StandInReply,
  StandInRequest,
} from '../../electron/core/sandbox/stand-in.ts';
import { startVendorServer } from '../../electron/core/sandbox/vendor-server.ts';
import { parseWorld } from '../../electron/core/sandbox/world.ts';
import type { Exchange } from './contract-check.ts';

export const credentials: SandboxCredentials = {
  slack: { botToken: 'xoxb-test', appToken: 'xapp-test' },
  salesforce: { clientId: 'client', clientSecret: 'secret', accessToken: 'salesforce-token' },
  hubspot: { accessToken: 'hubspot-token' },
  confluence: { email: 'reader@example.com', apiToken: 'confluence-token', bearerToken: 'confluence-bearer' },
  microsoft: {
    tenantId: 'test-tenant',
    clientId: 'test-app',
    clientSecret: 'test-secret',
    refreshToken: 'test-refresh-token',
  },
};

/** A clock that stands still. */
export const stoppedClock = {
  now: () => new Date('2026-05-18T09:00:00Z'),
  sleep: () => Promise.resolve(),
};

/** Keeps the warnings and drops the rest. */
export function createTestLog(): Log & { warnings: { fields: object; message: string }[] } {
  const warnings: { fields: object; message: string }[] = [];
  const log = {
    warnings,
    debug: () => undefined,
    info: () => undefined,
    warn: (fields: object, message: string) => {
      warnings.push({ fields, message });
    },
    error: () => undefined,
    child: () => log,
  };
  return log;
}

export interface StandInServer<Kind extends StandIn> extends AsyncDisposable {
  url: string;
  standIn: Kind;
  faults: Faults;
  /** What went over the wire, in order. */
  exchanges: Exchange[];
  /** Answers the next request that fits in the vendor's place, with what no stand-in would say. */
  answerNext(reply: StandInReply, fits?: (request: StandInRequest) => boolean): void;
}

/** Serves one stand-in over HTTP, with this part of a world. */
export async function serveStandIn<Kind extends StandIn>(options: {
  system: VendorSystem;
  world: object;
  create: (context: StandInContext) => Kind;
  /** The vendor's; it stands still where it is left out. */
  clock?: Pick<Clock, 'now'>;
  onExchange?: (exchange: Exchange, standIn: Kind) => void;
}): Promise<StandInServer<Kind>> {
  const { clock = stoppedClock } = options;
  const faults = createFaults();
  const log = createTestLog();
  const exchanges: Exchange[] = [];
  const answers: { reply: StandInReply; fits: (request: StandInRequest) => boolean }[] = [];
  const standIns: Kind[] = [];

  const server = await startVendorServer({
    system: options.system,
    faults,
    clock,
    log,
    timeoutHoldMs: 5_000,
    limitFactor: Number.POSITIVE_INFINITY,
    standIn: (baseUrl) => {
      const standIn = options.create({
        world: parseWorld(options.world, 'the test world'),
        clock: { ...stoppedClock, ...clock },
        log,
        credentials,
        baseUrl: () => baseUrl,
        changed: () => undefined,
      });
      standIns.push(standIn);
      return {
        ...standIn,
        handle: async (request) => {
          const index = answers.findIndex(({ fits }) => fits(request));
          const [answer] = index < 0 ? [] : answers.splice(index, 1);
          return answer?.reply ?? (await standIn.handle(request));
        },
      };
    },
    onExchange: (exchange) => {
      exchanges.push(exchange);
      for (const standIn of standIns) options.onExchange?.(exchange, standIn);
    },
    onSettled: () => undefined,
  });
  const [standIn] = standIns;
  if (standIn === undefined) throw new Error('The stand-in was not built');
  return {
    url: server.url,
    standIn,
    faults,
    exchanges,
    answerNext: (reply, fits = () => true) => {
      answers.push({ reply, fits });
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
