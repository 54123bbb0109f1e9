import type { SecretStore } from '../electron/core/ports.ts';

/** Secrets as a keychain would keep them, over restarts of the host. */
export function memorySecrets(): SecretStore & { kept: Map<string, string>; lock(problem: string): void } {
  const kept = new Map<string, string>();
  let problem: string | null = null;
  return {
    kept,
    lock: (words) => {
      problem = words;
    },
    problem: () => problem,
    get: async (name) => kept.get(name) ?? null,
    async set(name, value) {
      kept.set(name, value);
    },
    async delete(name) {
      kept.delete(name);
    },
  };
}
