import { type ConnectedSystem, connectedSystems } from '../../../shared/model/connection.ts';
import { toAppError } from '../../../shared/model/errors.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import type { ChatConnector, CrmConnector, KnowledgeConnector } from '../connectors/connector.ts';
import type { Log } from '../ports.ts';
import type { Pause, Pauses } from '../store/pauses.ts';
import type { SystemHealth } from '../system-health.ts';
import type { AnyConnector } from './connect.ts';
import { observeConnector } from './observe-connector.ts';

/**
 * The vendors that this program is connected to at this moment. A connector may be replaced at any time: whoever uses
 * one looks it up for each use.
 */
export interface Connectors {
  readonly chats: Partial<Record<ChatConnector['system'], ChatConnector>>;
  readonly crms: Partial<Record<CrmSystem, CrmConnector>>;
  readonly knowledge: Partial<Record<KnowledgeConnector['system'], KnowledgeConnector>>;
}

/** After a refusal; what passes by itself, the connectors try again on their own. */
const listenAgainMs = 60_000;

type Listen = (chat: ChatConnector, onProblem: (problem: string | null) => void) => Promise<void>;

export interface LiveConnectors extends Connectors {
  /** Puts a newly built connector in the place of the one before; with null the system is not connected any more. */
  replace(system: ConnectedSystem, build: (() => AnyConnector) | null): void;
  /** The connector of a system that is connected, else null. */
  connector(system: ConnectedSystem): AnyConnector | null;
  /** Obeys these pauses: what is paused is neither listened to nor called; what is resumed is connected anew. */
  pause(pauses: Pauses): void;
  pauseOf(system: ConnectedSystem): Pause | null;
  /** Listens to each chat as long as it is connected and not paused. One that cannot be reached holds up no other. */
  listen(listen: Listen): Promise<void>;
  /** Calls `tell` whenever a system can be worked with that could not before; gives back how to stop that. */
  onAvailable(tell: () => void): () => void;
  /** Ends listening, and waits until nothing more is taken in. */
  stop(): Promise<void>;
}

/** A system that is connected, and how to connect it anew. */
interface Slot {
  build: () => AnyConnector;
  connector: AnyConnector;
}

export interface LiveConnectorsOptions {
  health: SystemHealth;
  log: Log;
}

const isChat = (connector: AnyConnector): connector is ChatConnector =>
  connector.system === 'slack' || connector.system === 'teams';

/** Why a system is not called, and for how long. */
export const pauseWords = (system: ConnectedSystem, { by, at }: Pause): string =>
  `${setUpGuides[system].title} is paused by ${by} since ${at.slice(0, 16).replace('T', ' ')} UTC. What needs it waits until it is resumed: Connectors, ${setUpGuides[system].title}, Resume.`;

export function createLiveConnectors({ health, log }: LiveConnectorsOptions): LiveConnectors {
  const chats: Partial<Record<ChatConnector['system'], ChatConnector>> = {};
  const crms: Partial<Record<CrmSystem, CrmConnector>> = {};
  const knowledge: Partial<Record<KnowledgeConnector['system'], KnowledgeConnector>> = {};
  const slots = new Map<ConnectedSystem, Slot>();
  /** Who is listened to, and when that has begun or could not. */
  const listening = new Map<ConnectedSystem, { chat: ChatConnector; begun: Promise<void> }>();
  const queues = new Map<ConnectedSystem, Promise<void>>();
  const tells = new Set<() => void>();
  let pauses: Pauses = new Map();
  let listenTo: Listen | null = null;

  const pauseOf = (system: ConnectedSystem): Pause | null => pauses.get(system) ?? null;
  const whyPaused = (system: ConnectedSystem): string | null => {
    const pause = pauseOf(system);
    return pause && pauseWords(system, pause);
  };

  function place(connector: AnyConnector): void {
    switch (connector.system) {
      case 'slack':
      case 'teams':
        chats[connector.system] = connector;
        break;
      case 'salesforce':
      case 'hubspot':
        crms[connector.system] = connector;
        break;
      default:
        knowledge[connector.system] = connector;
    }
  }

  function displace(system: ConnectedSystem): void {
    slots.delete(system);
    for (const room of [chats, crms, knowledge]) Reflect.deleteProperty(room, system);
  }

  function connect(system: ConnectedSystem, build: () => AnyConnector): void {
    const connector = observeConnector(build(), { health, pause: () => whyPaused(system) });
    slots.set(system, { build, connector });
    place(connector);
  }

  /** Brings who is listened to in line with what is connected and paused; one change of a system after the other. */
  function settleListening(system: ConnectedSystem): Promise<void> {
    const settled = (queues.get(system) ?? Promise.resolve()).then(() => listenAnew(system));
    queues.set(system, settled);
    return settled;
  }

  async function listenAnew(system: ConnectedSystem): Promise<void> {
    const wanted = listenTo === null || pauses.has(system) ? undefined : slots.get(system)?.connector;
    const before = listening.get(system);
    if (before !== undefined && before.chat !== wanted) {
      listening.delete(system);
      await before.chat.stop().catch((thrown: unknown) => logFailure(system, thrown));
    }
    if (wanted === undefined || wanted === before?.chat || !isChat(wanted) || listenTo === null) return;
    // Not waited for: whoever cannot be reached must be able to be stopped.
    listening.set(system, { chat: wanted, begun: begin(wanted, listenTo) });
  }

  async function begin(chat: ChatConnector, listen: Listen): Promise<void> {
    const { system } = chat;
    let told: string | null = null;
    const note = (problem: string | null) => {
      told = problem;
      if (listening.get(system)?.chat === chat) health.noteListening(system, problem);
    };
    try {
      await listen(chat, note);
      // A chat tells what changes; that all was well from the beginning shows here.
      if (told === null) note(null);
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      if (code === 'cancelled') return;
      logFailure(system, thrown);
      note(message);
      listenLater(chat);
    }
  }

  /** What was refused may be granted meanwhile at the vendor, and nobody would come back here to say so. */
  function listenLater(chat: ChatConnector): void {
    const { system } = chat;
    const again = () => {
      const slot = slots.get(system);
      if (listenTo === null || !slot || slot.connector !== chat || pauses.has(system)) return;
      // One that could not begin is not made to listen again; a new one is.
      connect(system, slot.build);
      void settleListening(system);
    };
    setTimeout(again, listenAgainMs).unref();
  }

  function logFailure(system: ConnectedSystem, thrown: unknown): void {
    const { code, message } = toAppError(thrown);
    log.error({ system, code }, message);
  }

  const tellAvailable = () => {
    for (const tell of tells) tell();
  };

  return {
    chats,
    crms,
    knowledge,
    replace(system, build) {
      displace(system);
      health.begin(system, build !== null);
      if (build !== null) connect(system, build);
      void settleListening(system);
      if (build !== null) tellAvailable();
    },
    connector: (system) => slots.get(system)?.connector ?? null,
    pause(next) {
      const changed = connectedSystems.filter((system) => pauses.get(system)?.at !== next.get(system)?.at);
      const resumed = changed.filter((system) => !next.has(system));
      pauses = next;
      for (const system of changed) {
        const pause = pauseOf(system);
        health.notePause(system, whyPaused(system));
        if (pause)
          log.warn({ system, by: pause.by }, `${setUpGuides[system].title} is paused by ${pause.by}`);
        else log.info({ system }, `${setUpGuides[system].title} is resumed`);
        const slot = slots.get(system);
        // A chat that was stopped is not made to listen again; a new one is.
        if (slot && resumed.includes(system)) connect(system, slot.build);
        void settleListening(system);
      }
      if (resumed.length > 0) tellAvailable();
    },
    pauseOf,
    async listen(listen) {
      listenTo = listen;
      await Promise.all(connectedSystems.map(settleListening));
      await Promise.all([...listening.values()].map(({ begun }) => begun));
    },
    onAvailable(tell) {
      tells.add(tell);
      return () => tells.delete(tell);
    },
    async stop() {
      listenTo = null;
      await Promise.all(connectedSystems.map(settleListening));
    },
  };
}
