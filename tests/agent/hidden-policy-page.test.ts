import { expect, onTestFinished, test } from 'vitest';
import { createConfluenceConnector } from '../../electron/core/connectors/confluence/client.ts';
import { createPolicyLibrary } from '../../electron/core/knowledge/policy-library.ts';
import { createConfluenceStandIn } from '../../electron/core/sandbox/confluence.ts';
import { openDatabase } from '../../electron/core/store/db.ts';
import { createTestDatabase, silentLog } from '../../electron/core/store/test-database.ts';
import { policyLabel } from '../../shared/model/policy.ts';
import { credentials, serveStandIn } from '../contract/stand-in-server.ts';

const day = 24 * 3_600_000;
const page = (id: string, more: object = {}) => ({
  id,
  space: 'REVOPS',
  title: `Policy ${id}`,
  version: 1,
  labels: [policyLabel],
  body: `<p>Words of ${id}</p>`,
  restricted: false,
  ...more,
});

/** A policy of two pages, a store that keeps copies of them, and a clock that is moved by hand. */
async function startLibrary() {
  const server = await serveStandIn({
    system: 'confluence',
    world: { confluence: { pages: [page('1'), page('2')] } },
    create: createConfluenceStandIn,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const database = await createTestDatabase();
  const db = await openDatabase({ url: database.url, applicationName: 'switchyard-test', log: silentLog });
  onTestFinished(async () => {
    await db.close();
    await database.drop();
  });
  let at = Date.now();
  const clock = { now: () => new Date(at), sleep: () => Promise.resolve() };
  /** Reads with a connector and a library that have just been started. */
  async function read() {
    const confluence = createConfluenceConnector({
      baseUrl: server.url,
      auth: { email: credentials.confluence.email, apiToken: credentials.confluence.apiToken },
      spaces: [],
      timeoutMs: 2_000,
      clock,
      log: silentLog,
    });
    const library = createPolicyLibrary({ db: db.kysely, sources: { confluence }, clock, log: silentLog });
    const [source] = library();
    const reading = await source?.read(new AbortController().signal);
    return reading?.isOk === true
      ? reading.value.map(({ id, version, cachedAt }) => `${id}@${version}${cachedAt ? ' as a copy' : ''}`)
      : reading?.error.code;
  }
  return {
    standIn: server.standIn,
    read,
    move: (ms: number) => {
      at += ms;
    },
  };
}

test('a page that the account may view no longer is missed, also after a restart: the copies count for a day', async () => {
  const { standIn, read, move } = await startLibrary();
  expect(await read()).toEqual(['1@1', '2@1']);
  standIn.setPage(page('1', { restricted: true }));
  expect(await read()).toEqual(['1@1 as a copy', '2@1 as a copy']);
  standIn.setPage(page('1', { version: 2 }));
  expect(await read()).toEqual(['1@2', '2@1']);
  standIn.setPage(page('1', { restricted: true }));
  move(day);
  expect(await read()).toEqual(['1@2 as a copy', '2@1 as a copy']);
  move(1);
  expect(await read()).toEqual(['2@1']);
});

test('a page that was put into the bin governs nothing from then on', async () => {
  const { standIn, read } = await startLibrary();
  await read();
  standIn.removePage('1');
  expect([await read(), await read()]).toEqual([['2@1'], ['2@1']]);
});
