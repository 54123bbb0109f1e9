import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import type { ConnectionDraft } from '../../shared/contract/contract.ts';
import type { Connection, ConnectionCheck } from '../../shared/model/connection.ts';
import { createApi } from '../api.ts';
import { createConnectionDraftStore, hasUnsaved, shownProblems } from './connection-draft.ts';
import { createConnectionsStore } from './connections.ts';
import { connectionTo } from './test-connection.ts';

const botToken = 'SWITCHYARD_SLACK_BOT_TOKEN';
const appToken = 'SWITCHYARD_SLACK_APP_TOKEN';

const unconnected: Connection = {
  system: 'slack',
  state: 'not connected',
  setBy: null,
  values: {},
  keptSecrets: [],
  account: null,
  lastSuccessAt: null,
  lastError: null,
  budget: null,
  watched: [],
};
const connected: Connection = {
  ...unconnected,
  setBy: 'screen',
  state: 'ok',
  values: { SWITCHYARD_SLACK_CHANNELS: 'C1' },
  keptSecrets: [botToken, appToken],
};

const check = (id: string): ConnectionCheck => ({ id, title: id, state: 'ok', detail: null, remedy: null });

function storeFor(connection: Connection, procedures: object = {}) {
  const api = createApi(connectionTo({ connections: procedures }));
  const connections = createConnectionsStore(api);
  const draft = createConnectionDraftStore({ api, connections }, () => connection);
  return {
    draft,
    problems: () => Object.keys(shownProblems(draft.getState(), connection)),
    isUnsaved: () => hasUnsaved(draft.getState(), connection),
  };
}

test('nothing is told while the first letters are typed; it is told after the field is left, or once it is long', () => {
  const { draft, problems } = storeFor(unconnected);
  draft.getState().change(botToken, 'xo');
  const whileTyping = problems();
  draft.getState().leave(botToken);
  const afterLeaving = problems();
  draft.getState().change(appToken, 'pasted-something-else');
  const pasted = problems();
  draft.getState().change(botToken, 'xoxb-1');
  expect({ whileTyping, afterLeaving, pasted, mended: problems() }).toEqual({
    whileTyping: [],
    afterLeaving: [botToken],
    pasted: [botToken, appToken],
    mended: [appToken],
  });
});

test('what is needed and not there is told when the draft is to be used, and nothing is sent', async () => {
  const sent: ConnectionDraft[] = [];
  const { draft, problems } = storeFor(unconnected, {
    save: async (value: ConnectionDraft) => {
      sent.push(value);
      return unconnected;
    },
  });
  draft.getState().leave(botToken);
  const before = problems();
  const isSaved = await draft.getState().save();
  expect({ before, isSaved, problems: problems(), sent }).toEqual({
    before: [],
    isSaved: false,
    problems: [botToken, appToken],
    sent: [],
  });
});

test('a kept secret is left out of what is sent, a new one is sent, and one to be forgotten is sent empty', async () => {
  const sent: ConnectionDraft['values'][] = [];
  const kept: Connection = { ...connected, keptSecrets: [botToken, appToken, 'SWITCHYARD_SLACK_OTHER'] };
  const { draft, isUnsaved } = storeFor(kept, {
    save: async ({ values }: ConnectionDraft) => {
      sent.push(values);
      return kept;
    },
  });
  const before = isUnsaved();
  draft.getState().change(botToken, ' xoxb-2 ');
  draft.getState().change('SWITCHYARD_SLACK_OTHER', '');
  const changed = isUnsaved();
  await draft.getState().save();
  expect({ before, changed, after: isUnsaved(), sent }).toEqual({
    before: false,
    changed: true,
    after: false,
    sent: [{ [botToken]: 'xoxb-2', SWITCHYARD_SLACK_CHANNELS: 'C1', SWITCHYARD_SLACK_OTHER: '' }],
  });
});

test('a refusal lands at the field that it names, and goes when that is changed', async () => {
  const refusal = new ORPCError('invalid_input', {
    message: 'Bot token belongs to another workspace.',
    data: { variable: botToken },
  });
  const { draft } = storeFor(connected, { save: () => Promise.reject(refusal) });
  draft.getState().change(botToken, 'xoxb-3');
  await draft.getState().save();
  const { refusals, refusal: general } = draft.getState();
  draft.getState().change(botToken, 'xoxb-4');
  expect({ refusals, general, later: draft.getState().refusals }).toEqual({
    refusals: { [botToken]: refusal.message },
    general: null,
    later: {},
  });
});

test('results of a test come one by one; a test that is stopped takes no more', async () => {
  const next = Promise.withResolvers<void>();
  const seen: number[] = [];
  const { draft } = storeFor(connected, {
    async test() {
      return (async function* () {
        yield check('first');
        await next.promise;
        yield check('second');
      })();
    },
  });
  draft.subscribe(({ trial }) => seen.push(trial?.checks.length ?? 0));
  const testing = draft.getState().test();
  await expect.poll(() => draft.getState().trial?.checks.length).toBe(1);
  draft.getState().stopTest();
  next.resolve();
  await testing;
  expect({ trial: draft.getState().trial, most: Math.max(...seen) }).toEqual({
    trial: { isRunning: false, checks: [check('first')], problem: 'Stopped.' },
    most: 1,
  });
});
