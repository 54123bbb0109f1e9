import type { SandboxChat } from '../../../shared/contract/contract.ts';
import { useSandbox } from '../../stores/app-stores.tsx';

/** As whom one writes. */
export type Writer = Pick<SandboxChat['people'][number], 'id' | 'name' | 'email'>;

const nobody: Writer = { id: '', name: 'nobody', email: '' };

/** In a direct message only the person whose it is. */
export function useWriter(chat: SandboxChat, channel: string): Writer {
  const email = useSandbox((sandbox) => sandbox.writer);
  const directWith = chat.channels.find(({ id }) => id === channel)?.directWith ?? null;
  const isWriter = (person: Writer) =>
    directWith === null ? person.email === email : person.id === directWith;
  return chat.people.find(isWriter) ?? nobody;
}
