import { usePeople } from '../stores/app-stores.tsx';
import { useNameOf } from './person.tsx';

const email = /[^\s@<>(),;:]+@[^\s@<>(),;:]*[^\s@<>(),;:.]/g;

/** A text of the agent's in which known people stand by name instead of by e-mail. */
export function PeopleText({ text }: { text: string }) {
  const names = usePeople((people) => people.names);
  const nameOfEmail = useNameOf();
  return text.replaceAll(email, (address) => (names[address] ? nameOfEmail(address) : address));
}
