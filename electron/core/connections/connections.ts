import { isDeepStrictEqual } from 'node:util';
import type { ConnectionDraft } from '../../../shared/contract/contract.ts';
import {
  type ConnectedSystem,
  type Connection,
  type ConnectionCheck,
  connectedSystems,
  type SignInProgress,
} from '../../../shared/model/connection.ts';
import { AppError, toAppError } from '../../../shared/model/errors.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import {
  type EnteredSettings,
  isSecret,
  isWanted,
  type KeptSettings,
  readDraft,
  sendsSecretsElsewhere,
  wantedFields,
} from '../../../shared/set-up/entered-values.ts';
import type { Clock, Log, StateStore } from '../ports.ts';
import type { Pause } from '../store/pauses.ts';
import type { Observation, SystemHealth } from '../system-health.ts';
import type { AccountTokens } from '../token-store.ts';
import { accountSignIn, signInSteps } from './account-sign-in.ts';
import { concealing } from './conceal-secrets.ts';
import { builderOf, type ConnectOptions } from './connect.ts';
import { type ConnectorsConfig, readConnectors } from './connectors-config.ts';
import type { KeptConnections } from './kept-settings.ts';
import type { LiveConnectors } from './live-connectors.ts';
import { unusableConnector } from './unusable-connector.ts';
import { createWatchedPlaces } from './watched-places.ts';

/** What is set up apart from the screen, and may not be changed there. */
export interface GivenConnections {
  by: 'environment' | 'sandbox';
  config: ConnectorsConfig;
  /** The variables of connections, with the secrets. */
  values: Readonly<Record<string, string>>;
}

export interface Connections {
  /** Connects what is given and what is kept. */
  open(): Promise<void>;
  list(): Connection[];
  keepsNoSecretsBecause(): string | null;
  /** Throws `invalid_input` that names the variable, `forbidden` where it may not be changed or kept here. */
  save(draft: ConnectionDraft): Promise<Connection>;
  disconnect(system: ConnectedSystem): Promise<Connection>;
  /** Tries a draft, or what is given where that may not be changed. Throws `invalid_input` that names the variable. */
  test(draft: ConnectionDraft, signal: AbortSignal): AsyncGenerator<ConnectionCheck, void, void>;
  signIn(
    system: ConnectedSystem,
    way: 'browser' | 'code',
    signal: AbortSignal,
  ): AsyncGenerator<SignInProgress, void, void>;
  /** Null resumes it. Throws `store_unreachable`: it holds for every program that works with the store. */
  pause(system: ConnectedSystem, pause: Pause | null): Promise<Connection>;
}

export interface ConnectionsOptions {
  given: GivenConnections;
  kept: KeptConnections;
  live: LiveConnectors;
  health: SystemHealth;
  tokensOf: (system: ConnectedSystem) => AccountTokens;
  state: StateStore;
  timeoutMs: number;
  clock: Clock;
  log: Log;
  /** Writes a pause to the store, and obeys it. */
  writePause: (system: ConnectedSystem, pause: Pause | null) => Promise<void>;
  /** Called when something about a connection has changed that nothing else tells. */
  onChange: () => void;
}

const secretVariables = (system: ConnectedSystem): Set<string> =>
  new Set(setUpGuides[system].fields.filter(isSecret).map(({ variable }) => variable));

const titleOf = (system: ConnectedSystem): string => setUpGuides[system].title;

/** Throws the first problem of a draft, naming the field's variable for the screen. */
function requireSound({ problems }: EnteredSettings): void {
  const [first] = Object.entries(problems);
  if (first) throw new AppError('invalid_input', first[1], { details: { variable: first[0], problems } });
}

export function createConnections(options: ConnectionsOptions): Connections {
  const { given, kept, live, health, tokensOf, clock, log, onChange } = options;
  /** Why a system that is set up could not be connected. */
  const broken = new Map<ConnectedSystem, NonNullable<Connection['lastError']>>();
  /** What may not reach a screen, system by system. */
  const secrets = new Map<ConnectedSystem, string[]>();
  const accounts = new Map<ConnectedSystem, string>();
  const watched = createWatchedPlaces({ ...options, live });
  let changing: Promise<unknown> = Promise.resolve();

  /** One change of settings after the other: they share a file. */
  function inTurn<Value>(change: () => Promise<Value>): Promise<Value> {
    const mine = changing.then(change);
    changing = mine.catch(() => undefined);
    return mine;
  }

  const setBy = (system: ConnectedSystem): Connection['setBy'] => {
    if (given.config[system] !== null) return given.by;
    return kept.isSetUp(system) ? 'screen' : null;
  };

  const ownFields = (system: ConnectedSystem, values: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      setUpGuides[system].fields.flatMap(({ variable }) => {
        const value = values[variable];
        return value === undefined ? [] : [[variable, value] as const];
      }),
    );

  /** What is there for a system's fields and is no secret: entered on the screen, else in the environment. */
  function openValues(system: ConnectedSystem): Record<string, string> {
    const secret = secretVariables(system);
    const inEnvironment = Object.entries(ownFields(system, given.values));
    const open = Object.fromEntries(inEnvironment.filter(([variable]) => !secret.has(variable)));
    return given.config[system] === null ? { ...open, ...kept.values(system) } : open;
  }

  /** The secrets that are there for a system, in the environment or kept here. */
  function secretNames(system: ConnectedSystem): string[] {
    const inEnvironment = Object.keys(ownFields(system, given.values));
    const own = given.config[system] === null ? kept.secretNames(system) : [];
    return [...secretVariables(system)].filter(
      (variable) => inEnvironment.includes(variable) || own.includes(variable),
    );
  }

  /** Every value of a system that is there, with the secrets. Throws `forbidden` where the keychain is locked. */
  async function presentValues(system: ConnectedSystem): Promise<Record<string, string>> {
    const own = ownFields(system, given.values);
    if (given.config[system] !== null) return own;
    return { ...own, ...kept.values(system), ...(await kept.readSecrets(system)) };
  }

  const present = (system: ConnectedSystem): KeptSettings => ({
    values: openValues(system),
    secrets: secretNames(system),
  });

  /** What a draft comes to, with the kept secrets that go on to hold. */
  async function draftValues(system: ConnectedSystem, entered: EnteredSettings) {
    if (entered.keptSecrets.length === 0) return entered.values;
    const all = await presentValues(system);
    const held = entered.keptSecrets.map((name) => [name, all[name] ?? ''] as const);
    return { ...entered.values, ...Object.fromEntries(held) };
  }

  const secretsIn = (system: ConnectedSystem, values: Readonly<Record<string, string>>): string[] =>
    [...secretVariables(system)].flatMap((variable) => values[variable] ?? []);

  const optionsFor = (system: ConnectedSystem): ConnectOptions => ({
    timeoutMs: options.timeoutMs,
    clock,
    log,
    tokens: tokensOf(system),
    state: options.state,
    onBudget: (budget) => health.noteBudget(system, budget),
  });

  /** Connects a system with what is set up for it now. */
  async function connect(system: ConnectedSystem): Promise<void> {
    broken.delete(system);
    if (setBy(system) === null) return live.replace(system, null);
    try {
      const values = await presentValues(system);
      secrets.set(system, secretsIn(system, values));
      const config = given.config[system] === null ? readConnectors(values) : given.config;
      live.replace(
        system,
        builderOf(system, config, () => optionsFor(system)),
      );
    } catch (thrown) {
      const { message, code } = toAppError(thrown);
      log.error({ system, code }, message);
      live.replace(system, () => unusableConnector(system, message));
      health.note(system, message);
      broken.set(system, { at: clock.now().toISOString(), message });
    }
  }

  function stateOf(system: ConnectedSystem, observation: Observation): Connection['state'] {
    const { problem, lastError, lastSuccessAt } = observation;
    if (setBy(system) === null) return 'not connected';
    if (live.pauseOf(system) !== null) return 'paused';
    if (broken.has(system) || problem !== null) return 'trouble';
    if (lastError !== null && (lastSuccessAt === null || lastSuccessAt < lastError.at)) return 'trouble';
    return lastSuccessAt === null ? 'untried' : 'ok';
  }

  function describe(system: ConnectedSystem): Connection {
    const values = openValues(system);
    const observation = health.observed(system);
    const lastError = broken.get(system) ?? observation.lastError;
    const conceal = concealing(secrets.get(system) ?? []);
    const guide = setUpGuides[system];
    const hasSignIn = guide.signIn !== null && isWanted(guide, guide.signIn.onlyWhen, values);
    return {
      system,
      state: stateOf(system, observation),
      setBy: setBy(system),
      values,
      keptSecrets: secretNames(system),
      account: hasSignIn ? (accounts.get(system) ?? kept.account(system)) : null,
      lastSuccessAt: observation.lastSuccessAt,
      lastError: lastError && { ...lastError, message: conceal(lastError.message) },
      budget: observation.budget,
      watched: watched.of(system),
    };
  }

  function requireOwn(system: ConnectedSystem): void {
    if (given.config[system] === null && given.by === 'environment') return;
    throw new AppError(
      'forbidden',
      given.by === 'sandbox'
        ? `In the demo workspace every system is a stand-in, and ${titleOf(system)} cannot be set up anew. Set up your own workspace for that.`
        : `${titleOf(system)} is set by the environment that Switchyard was started with. Change its variables there, and start Switchyard again.`,
    );
  }

  async function signOut(system: ConnectedSystem): Promise<void> {
    accounts.delete(system);
    await tokensOf(system).forget();
    await kept.keepAccount(system, null);
  }

  /** Refuses what would need a secret kept, naming the variables to set instead. */
  function requireKeychain(draft: ConnectionDraft): void {
    const because = kept.keepsNoSecretsBecause();
    const guide = setUpGuides[draft.system];
    const wanted = wantedFields(guide, draft.values);
    const needsSecrets =
      wanted.some((field) => isSecret(field) && (field.isRequired || draft.values[field.variable])) ||
      (guide.signIn !== null && isWanted(guide, guide.signIn.onlyWhen, draft.values));
    if (because === null || !needsSecrets) return;
    const names = wanted.filter(({ isRequired }) => isRequired).map(({ variable }) => variable);
    throw new AppError('forbidden', `${because} For ${guide.title}: ${names.join(', ')}.`);
  }

  async function save(draft: ConnectionDraft): Promise<Connection> {
    const { system } = draft;
    requireOwn(system);
    const guide = setUpGuides[system];
    const before = present(system);
    const entered = readDraft(guide, draft.values, before);
    requireSound(entered);
    requireKeychain(draft);
    readConnectors(await draftValues(system, entered));
    if (kept.isSetUp(system) && sendsSecretsElsewhere(guide, before.values, draft.values)) {
      await signOut(system);
      await kept.forget(system);
    }
    // A secret that does not go on to hold is not left behind, to be sent to another address some day.
    const gone = kept.secretNames(system).filter((name) => !entered.keptSecrets.includes(name));
    await kept.save(system, { ...Object.fromEntries(gone.map((name) => [name, ''])), ...entered.values });
    await connect(system);
    onChange();
    return describe(system);
  }

  async function disconnect(system: ConnectedSystem): Promise<Connection> {
    requireOwn(system);
    await signOut(system);
    await kept.forget(system);
    secrets.delete(system);
    await connect(system);
    onChange();
    return describe(system);
  }

  /** The settings to try: the draft's, or what is given. A sign-in is not sent to another address than it was made at. */
  async function settingsToTry({ system, values: entered }: ConnectionDraft) {
    if (given.config[system] !== null)
      return { config: given.config, values: await presentValues(system), tokens: tokensOf(system) };
    const guide = setUpGuides[system];
    const before = present(system);
    const draft = readDraft(guide, entered, before);
    requireSound(draft);
    const values = await draftValues(system, draft);
    const isElsewhere = sendsSecretsElsewhere(guide, before.values, entered);
    const noTokens = { read: async () => null, write: async () => undefined };
    return { config: readConnectors(values), values, tokens: isElsewhere ? noTokens : tokensOf(system) };
  }

  /** Whether these are the values that the system works with now. */
  async function isInUse(
    system: ConnectedSystem,
    values: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    return setBy(system) !== null && isDeepStrictEqual({ ...values }, await presentValues(system));
  }

  async function* test(draft: ConnectionDraft, signal: AbortSignal) {
    const { config, values, tokens } = await settingsToTry(draft);
    const { system } = draft;
    const conceal = concealing(secretsIn(system, values));
    const build = builderOf(system, config, () => ({ ...optionsFor(system), tokens, onBudget: undefined }));
    if (build === null) throw new AppError('invalid_input', `${titleOf(system)} is not set up.`);
    let isSound = true;
    for await (const check of build().testConnection({ signal })) {
      const { detail, remedy, state } = check;
      isSound &&= state === 'ok' || state === 'skipped';
      yield {
        ...check,
        detail: detail && conceal(detail),
        remedy: remedy && { ...remedy, text: conceal(remedy.text) },
      };
    }
    if (isSound && (await isInUse(system, values))) health.noteAnswer(system);
  }

  async function* signIn(system: ConnectedSystem, way: 'browser' | 'code', signal: AbortSignal) {
    if (given.by === 'sandbox') requireOwn(system);
    if (setBy(system) === null)
      throw new AppError('invalid_input', `Save the settings of ${titleOf(system)} first, then sign in.`);
    const config = given.config[system] === null ? readConnectors(await presentValues(system)) : given.config;
    const { timeoutMs } = options;
    const work = accountSignIn(system, way, { config, tokens: tokensOf(system), timeoutMs, clock, log });
    const finish = (account: string) =>
      inTurn(async () => {
        accounts.set(system, account);
        if (kept.keepsNoSecretsBecause() === null) await kept.keepAccount(system, account);
        await connect(system);
        onChange();
      });
    yield* signInSteps(work, finish, signal);
  }

  return {
    async open() {
      for (const system of connectedSystems) await connect(system);
    },
    list: () => connectedSystems.map(describe),
    keepsNoSecretsBecause: () => kept.keepsNoSecretsBecause(),
    save: (draft) => inTurn(() => save(draft)),
    disconnect: (system) => inTurn(() => disconnect(system)),
    test,
    signIn,
    async pause(system, pause) {
      await options.writePause(system, pause);
      return describe(system);
    },
  };
}
