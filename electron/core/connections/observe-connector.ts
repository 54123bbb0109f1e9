import { AppError } from '../../../shared/model/errors.ts';
import type { Connector } from '../connectors/connector.ts';
import type { SystemHealth } from '../system-health.ts';

export interface ObserveOptions {
  health: Pick<SystemHealth, 'noteAnswer' | 'noteFailure'>;
  /** Why the system may not be called now, in words; null where it may. */
  pause: () => string | null;
}

/** How a chat is listened to, and what an admin tries: neither says that the work could be done, nor is held up by a pause. */
const unobserved: ReadonlySet<string | symbol> = new Set(['listen', 'stop', 'testConnection', 'watched']);

/**
 * The same connector, with each of its calls noted by how it ended. While the system is paused every call rejects with
 * `paused`, and nothing reaches the vendor.
 */
export function observeConnector<Kind extends Connector>(
  connector: Kind,
  { health, pause }: ObserveOptions,
): Kind {
  const { system } = connector;

  async function observed(call: () => unknown): Promise<unknown> {
    const paused = pause();
    if (paused !== null) throw new AppError('paused', paused, { details: { system } });
    try {
      const result = await call();
      health.noteAnswer(system);
      return result;
    } catch (thrown) {
      health.noteFailure(system, thrown);
      throw thrown;
    }
  }

  // Whatever a connector can do is observed, so that no call is forgotten here when one is added.
  return new Proxy(connector, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (unobserved.has(name)) return member.bind(target);
      return (...parameters: unknown[]) => observed(() => Reflect.apply(member, target, parameters));
    },
  });
}
