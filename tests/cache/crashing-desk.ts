// node tests/cache/crashing-desk.ts DIR entries|fill: does so until it is killed, and says on stdout what is done.
import { openCache } from '../../electron/core/cache/open-cache.ts';
import { createLog } from '../../electron/core/log.ts';
import { copyText } from './copy-text.ts';
import { entryOf } from './entry.ts';
import { cursor, identity } from './fill-cache.ts';
import { messageOf, personOf, requestOf } from './one-request.ts';

const [dir = '', what = ''] = process.argv.slice(2);
const cache = await openCache({ dir, log: createLog('silent') });

if (what === 'entries') {
  for (let number = 1; ; number += 1) {
    await cache.addEntry(entryOf(`press-${number}`));
    process.stdout.write(`press-${number}\n`);
  }
}

const done = await cache.beginFill(identity, cursor);
const rowsOf = { people: [personOf('ana@example.com', 'Ana Silva')], requests: [requestOf()] } as const;
for (const table of ['people', 'requests'] as const) {
  if (done.includes(table)) continue;
  const { columns, bytes } = copyText(table, rowsOf[table]);
  await cache.fillChunk(table, columns, bytes);
  await cache.endTable(table);
}
const { columns } = copyText('messages', []);
for (let number = 1; ; number += 1) {
  const rows = Array.from({ length: 1_000 }, (_, index) => messageOf(number * 1_000 + index));
  // Cut amid a row: what is left over is never sent.
  await cache.fillChunk(
    'messages',
    columns,
    copyText('messages', rows).bytes.slice(0, number === 1 ? undefined : -3),
  );
  process.stdout.write('messages\n');
  if (number > 1) await new Promise(() => setInterval(() => {}, 1_000));
}
