import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectedSystem } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { isSecret } from '../../../shared/set-up/entered-values.ts';
import type { Config } from '../config.ts';
import { concealing } from '../connections/conceal-secrets.ts';
import { builderOf } from '../connections/connect.ts';
import type { Connector } from '../connectors/connector.ts';
import { type Log, type StateStore, systemClock } from '../ports.ts';
import { createTokenStore } from '../token-store.ts';
import { type Finding, failed, skipped } from './finding.ts';

/** For all the checks of one system. */
const systemLimitMs = 60_000;

export interface ExamineSystemOptions {
  config: Config;
  state: StateStore;
  log: Log;
  limitMs?: number;
}

/** Tries one system as *Test connection* does; it gives up after a minute, and then says so. */
export async function* examineSystem(
  system: ConnectedSystem,
  { config, state, log, limitMs = systemLimitMs }: ExamineSystemOptions,
): AsyncGenerator<Finding, void, void> {
  const build = builderOf(system, config.connectors, () => ({
    timeoutMs: config.vendorTimeoutMs,
    clock: systemClock,
    log,
    tokens: createTokenStore(`${system} account`, null, log),
    state,
  }));
  const tried = { area: system, id: 'connected', title: 'Connected' };
  if (build === null) {
    yield skipped(
      tried,
      'Not by the environment of this command. What was set up in the window is tried there: Connectors, Test connection.',
    );
    return;
  }
  const secrets = setUpGuides[system].fields
    .filter(isSecret)
    .flatMap(({ variable }) => config.connectionValues[variable] ?? []);
  const conceal = concealing(secrets);
  try {
    for await (const check of checksWithin(build(), limitMs)) {
      yield { area: system, ...check, detail: check.detail && conceal(check.detail) };
    }
  } catch (thrown) {
    const { detail, ...finding } = failed(
      { ...tried, id: 'finished', title: 'Everything was tried' },
      thrown,
    );
    yield { ...finding, detail: detail && conceal(detail) };
  }
}

const tooSlow = (system: ConnectedSystem, limitMs: number): AppError =>
  new AppError(
    'vendor_unreachable',
    `${setUpGuides[system].title} did not answer everything within ${limitMs / 1000} s. Check the network and the vendor's status page, then try again.`,
  );

/** The results that come in time, also of a connector that does not hear that it is to stop. */
async function* checksWithin(connector: Connector, limitMs: number) {
  const ended = new AbortController();
  const checks = connector.testConnection({ signal: ended.signal });
  const late = sleep(limitMs, null, { signal: ended.signal }).catch(() => null);
  try {
    for (;;) {
      const next = await Promise.race([checks.next(), late]);
      if (next === null) throw tooSlow(connector.system, limitMs);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    ended.abort();
  }
}
