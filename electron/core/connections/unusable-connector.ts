import type { ConnectedSystem } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { AnyConnector } from './connect.ts';

/**
 * Stands for a system that is set up and cannot be connected at the moment, because the keychain is locked or a setting
 * is wrong. Every call rejects with `paused`: what needs the system waits, instead of being judged without it.
 */
export function unusableConnector(system: ConnectedSystem, because: string): AnyConnector {
  const refuse = () => Promise.reject(new AppError('paused', because, { details: { system } }));
  // Only its name is asked for before a call, and no call is carried out. Nobody is to take it for a promise.
  return new Proxy({ system } as AnyConnector, {
    get: (target, name) => (name === 'system' ? target.system : name === 'then' ? undefined : refuse),
  });
}
