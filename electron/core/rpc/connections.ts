import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { accessOf } from '../../../shared/model/sync.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import type { Connections } from '../connections/connections.ts';
import type { Desk } from '../desk.ts';
import type { Clock, Log } from '../ports.ts';
import { implementation } from './implementation.ts';

export interface ConnectionHandlerOptions {
  connections: Connections;
  clock: Clock;
  log: Log;
}

const mayNotChangeBecause = ({ roles }: Person): string | null =>
  roles.includes('admin')
    ? null
    : 'Only admins connect systems. Ask one of them, or ask them to make you an admin.';

async function requireLooker(desk: Desk): Promise<Person> {
  const person = await desk.person();
  if (accessOf(person) === 'all') return person;
  throw new AppError('forbidden', 'Only who works the queue sees how the systems are connected.');
}

async function requireAdmin(desk: Desk): Promise<Person> {
  const person = await desk.person();
  const because = mayNotChangeBecause(person);
  if (because !== null) throw new AppError('forbidden', because);
  return person;
}

export function connectionHandlers({ connections, clock, log }: ConnectionHandlerOptions) {
  const { connections: procedures } = implementation;
  const never = () => new AbortController().signal;
  return {
    list: procedures.list.handler(async ({ context }) => {
      const person = await requireLooker(context.desk);
      return {
        connections: connections.list(),
        keepsNoSecretsBecause: connections.keepsNoSecretsBecause(),
        mayNotChangeBecause: mayNotChangeBecause(person),
      };
    }),
    save: procedures.save.handler(async ({ input, context }) => {
      const { email } = await requireAdmin(context.desk);
      const connection = await connections.save(input);
      log.info({ system: input.system, by: email }, `${setUpGuides[input.system].title} was set up`);
      return connection;
    }),
    disconnect: procedures.disconnect.handler(async ({ input: { system }, context }) => {
      const { email } = await requireAdmin(context.desk);
      const connection = await connections.disconnect(system);
      log.warn({ system, by: email }, `${setUpGuides[system].title} was disconnected`);
      return connection;
    }),
    test: procedures.test.handler(async ({ input, context, signal = never() }) => {
      // The demo's stand-ins may be tried by whoever looks at them.
      const isStandIn = connections
        .list()
        .some(({ system, setBy }) => system === input.system && setBy === 'sandbox');
      await (isStandIn ? requireLooker : requireAdmin)(context.desk);
      return connections.test(input, signal);
    }),
    signIn: procedures.signIn.handler(async ({ input: { system, way }, context, signal = never() }) => {
      const { email } = await requireAdmin(context.desk);
      log.info({ system, by: email, way }, `A sign-in to ${setUpGuides[system].title} was begun`);
      return connections.signIn(system, way, signal);
    }),
    pause: procedures.pause.handler(async ({ input: { system, isPaused }, context }) => {
      const { name, email } = await requireAdmin(context.desk);
      const connection = await connections.pause(
        system,
        isPaused ? { by: name, at: clock.now().toISOString() } : null,
      );
      log.warn({ system, by: email }, `${setUpGuides[system].title} was ${isPaused ? 'paused' : 'resumed'}`);
      return connection;
    }),
  };
}
