import { expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import type { ChatConnector, CrmConnector } from '../connectors/connector.ts';
import { systemClock } from '../ports.ts';
import { silentLog } from '../store/test-database.ts';
import { createSystemHealth } from '../system-health.ts';
import { createLiveConnectors } from './live-connectors.ts';

const pausedBy = (by: string) => ({ by, at: '2026-05-18T09:00:00.000Z' });
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

function build() {
  const health = createSystemHealth({ clock: systemClock });
  return { health, live: createLiveConnectors({ health, log: silentLog }) };
}

/** A chat that writes down what becomes of it. */
function chat(name: string, written: string[], listen: () => Promise<void> = async () => undefined) {
  return {
    system: 'slack',
    listen() {
      written.push(`${name} listens`);
      return listen();
    },
    async stop() {
      written.push(`${name} stops`);
    },
    findUser: async () => ({ id: name, email: null, name, isActive: true }),
  } as unknown as ChatConnector;
}

const listenTo = (connector: ChatConnector) =>
  connector.listen(
    async () => undefined,
    () => undefined,
  );

it('listens to the chat that is connected at the moment, one at a time, and to none that is paused', async () => {
  const { live } = build();
  const written: string[] = [];
  let count = 0;
  const next = () => {
    count += 1;
    return chat(`chat ${count}`, written);
  };
  live.replace('slack', next);
  await live.listen(listenTo);
  live.replace('slack', next);
  await settled();
  live.pause(new Map([['slack', pausedBy('Ada')]]));
  await settled();
  live.pause(new Map());
  await settled();
  live.replace('slack', null);
  await settled();
  expect([written, live.chats]).toEqual([
    ['chat 1 listens', 'chat 1 stops', 'chat 2 listens', 'chat 2 stops', 'chat 3 listens', 'chat 3 stops'],
    {},
  ]);
});

it('comes back to a chat that refused to be listened to, and not after the end', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { live, health } = build();
  const written: string[] = [];
  let count = 0;
  const refused = new AppError('vendor_auth', 'Slack does not accept the token.');
  live.replace('slack', () => {
    count += 1;
    const answer = count === 2 ? Promise.resolve() : Promise.reject(refused);
    answer.catch(() => undefined);
    return chat(`chat ${count}`, written, () => answer);
  });
  await live.listen(listenTo);
  expect(health.observed('slack').problem).toBe(refused.message);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(health.observed('slack').problem).toBeNull();
  live.replace('slack', () => chat('chat 3', written, () => Promise.reject(refused)));
  await vi.advanceTimersByTimeAsync(1_000);
  await live.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(written).toEqual([
    'chat 1 listens',
    'chat 1 stops',
    'chat 2 listens',
    'chat 2 stops',
    'chat 3 listens',
    'chat 3 stops',
  ]);
});

it('stops a chat whose listening has not begun yet', async () => {
  const { live } = build();
  const written: string[] = [];
  live.replace('slack', () => chat('silent', written, () => new Promise(() => undefined)));
  void live.listen(listenTo);
  await settled();
  await live.stop();
  expect(written).toEqual(['silent listens', 'silent stops']);
});

it('rejects every call of a paused system without making it, and says who paused it; others go on', async () => {
  const { live, health } = build();
  let calls = 0;
  const crm = (system: 'salesforce' | 'hubspot') =>
    ({
      system,
      async listOwners() {
        calls += 1;
        return [];
      },
    }) as unknown as CrmConnector;
  for (const system of ['salesforce', 'hubspot'] as const) live.replace(system, () => crm(system));
  const resumed: number[] = [];
  live.onAvailable(() => resumed.push(calls));
  live.pause(new Map([['salesforce', pausedBy('Ada Lovelace')]]));
  const failure = await live.crms.salesforce?.listOwners().catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(AppError);
  expect(failure).toMatchObject({
    code: 'paused',
    message: expect.stringContaining('Salesforce is paused by Ada Lovelace since 2026-05-18 09:00 UTC'),
  });
  await live.crms.hubspot?.listOwners();
  live.pause(new Map());
  await live.crms.salesforce?.listOwners();
  expect([calls, resumed, health.observed('salesforce').lastError]).toEqual([2, [1], null]);
});
