import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentHost, createAgentHost } from '../../electron/core/agent-host.ts';
import { createLog } from '../../electron/core/log.ts';
import { systemClock } from '../../electron/core/ports.ts';
import { sandboxConnectors } from '../../electron/core/sandbox/connectors-config.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import type { StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import { parseWorld, type World } from '../../electron/core/sandbox/world.ts';
import { startEmbeddedPostgres } from '../../electron/core/store/embedded-postgres.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import { replaceRouting } from '../../electron/core/store/routing.ts';
import { type Bench, quantile } from './bench-result.ts';

/** Requests one after another, for our own time without anything beside it; the first ones only warm up. */
const sequentialRequests = 120;
const warmUpRequests = 30;
/** Requests all at once, for what one runner gets done. */
const floodRequests = 400;
const concurrency = 8;
const ownTimeLimitMs = 25;

const channel = 'C-BENCH';

/** A sales organisation in which every lead is with the wrong owner and one rule says with whom it belongs. */
function makeWorld(leads: number): World {
  const person = (name: string, roles: string[]) => ({
    email: `${name.toLowerCase()}@bench.example`,
    name: `${name} Bench`,
    slack: `U-${name.toUpperCase()}`,
    roles,
    active: true,
  });
  const user = (name: string, index: number) => ({
    Id: `00500000000000${index}AAA`,
    Name: `${name} Bench`,
    Email: `${name.toLowerCase()}@bench.example`,
    IsActive: true,
  });
  const countries = ['Germany', 'France', 'Italy', 'Norway', 'Spain'];
  const codes = ['DE', 'FR', 'IT', 'NO', 'ES'];
  return parseWorld(
    {
      channels: { slack: [channel] },
      people: [
        person('Asker', ['requester']),
        person('Right', ['requester']),
        person('Wrong', ['requester']),
        person('Boss', ['ops_manager']),
      ],
      salesforce: {
        users: [user('Right', 1), user('Wrong', 2)],
        leads: Array.from({ length: leads }, (_, index) => ({
          Id: `00Q${String(index).padStart(12, '0')}AAA`,
          FirstName: 'Lead',
          LastName: `Number${index}`,
          Email: `lead${index}@company${index}.example`,
          Company: `Company ${index}`,
          Country: countries[index % countries.length],
          NumberOfEmployees: 100 + index,
          OwnerId: '005000000000002AAA',
          Status: 'Open',
          IsConverted: false,
          CreatedDate: '2026-05-01T08:00:00Z',
          LastModifiedDate: '2026-05-12T08:00:00Z',
        })),
      },
      confluence: {
        pages: [
          {
            id: '1',
            title: 'Policy',
            version: 1,
            labels: ['lead-routing-policy'],
            body: '<p>A lead belongs to the owner of its territory.</p><table><tr><th>Setting</th><th>Value</th></tr><tr><td>Auto-resolution</td><td>Allowed</td></tr></table>',
          },
        ],
      },
      routing: {
        rules: codes.map((code, index) => ({
          rule_id: `B-${code}`,
          name: code,
          kind: 'territory',
          priority: 10 + index,
          conditions: [
            { field: 'country', op: 'eq', value: code },
            { field: 'employees', op: 'gte', value: 1 },
          ],
          assign: { owner: 'right@bench.example' },
        })),
        escalation_owners: [{ reason: '*', approver: 'boss@bench.example' }],
      },
    },
    'the benchmark’s world',
  );
}

interface RunTime {
  totalMs: number;
  vendorMs: number;
}

async function completed(host: AgentHost): Promise<number> {
  const row = await host.db.kysely
    .selectFrom('audit_log')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('event_type', '=', 'Closure')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

async function untilCompleted(host: AgentHost, count: number): Promise<void> {
  while ((await completed(host)) < count) await sleep(20);
}

/** The same calls to the stand-ins with nothing around them: what no agent can be faster than. */
async function replay(exchanges: readonly StandInRequest[]): Promise<number> {
  const waiting = [...exchanges];
  const startedAt = performance.now();
  const client = async () => {
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
      const body = request.body === '' ? {} : { body: request.body };
      const response = await fetch(request.url, { method: request.method, headers, ...body });
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return performance.now() - startedAt;
}

async function measure(
  host: AgentHost,
  sandbox: Sandbox,
  exchanges: StandInRequest[],
  runs: RunTime[],
): Promise<Bench['results']> {
  const send = (index: number) =>
    sandbox.slack.sendMessage({
      user: 'U-ASKER',
      channel,
      text: `lead${index}@company${index}.example has the wrong owner`,
    });
  for (let index = 0; index < sequentialRequests; index += 1) {
    send(index);
    await untilCompleted(host, index + 1);
  }
  const own = runs.slice(warmUpRequests).map(({ totalMs, vendorMs }) => totalMs - vendorMs);

  exchanges.length = 0;
  const startedAt = performance.now();
  for (let index = 0; index < floodRequests; index += 1) send(sequentialRequests + index);
  await untilCompleted(host, sequentialRequests + floodRequests);
  const floodMs = performance.now() - startedAt;
  const perMinute = (floodRequests / floodMs) * 60_000;
  const calls = [...exchanges];
  const limitPerMinute = (floodRequests / (await replay(calls))) * 60_000;

  const [p50, p99] = [quantile(own, 0.5), quantile(own, 0.99)];
  return [
    {
      metric: 'requests decided, written and answered by one runner',
      value: Math.round(perMinute),
      unit: 'requests/min',
      against: `the same ${calls.length} vendor calls alone, ${concurrency} at once: ${Math.round(limitPerMinute)} requests/min`,
      ratio: perMinute / limitPerMinute,
    },
    {
      metric: 'our own time for a request, p50',
      value: p50,
      unit: 'ms',
      against: `limit ${ownTimeLimitMs} ms`,
      ratio: ownTimeLimitMs / p50,
    },
    {
      metric: 'our own time for a request, p99',
      value: p99,
      unit: 'ms',
      against: `limit ${ownTimeLimitMs} ms (of the median)`,
      ratio: ownTimeLimitMs / p99,
    },
  ];
}

/** One runner against the stand-ins, on an embedded Postgres with the durability that users have. */
export async function benchAgent(): Promise<Bench> {
  const log = createLog('error');
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
  // As root, the server runs as another user, who has to pass.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), log });
  const world = makeWorld(sequentialRequests + floodRequests);
  const exchanges: StandInRequest[] = [];
  const sandbox = await startSandbox({
    world,
    clock: systemClock,
    log,
    limitFactor: Number.POSITIVE_INFINITY,
    onExchange: ({ request }) => exchanges.push(request),
  });
  const runs: RunTime[] = [];
  const host = await createAgentHost(
    {
      dataDir: folder,
      databaseUrl: postgres.url,
      workspace: 'own',
      connectors: sandboxConnectors(sandbox, world),
      connectionValues: {},
      timeZone: 'UTC',
      user: null,
      logLevel: 'error',
      concurrency,
      vendorTimeoutMs: 15_000,
      leaseMs: 30_000,
      sqliteBinding: null,
    },
    { log, onRun: (run) => runs.push(run) },
  );
  try {
    await savePeople(host.db.kysely, world.people);
    await replaceRouting(host.db.kysely, world.routing, { actor: 'bench', at: new Date() });
    await host.start();
    return { name: 'agent', results: await measure(host, sandbox, exchanges, runs) };
  } finally {
    await host.stop();
    await sandbox.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
