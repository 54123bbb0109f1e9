// npm run make-demo: plays the demo's past through the real program and keeps what came of it. Run it when the way
// in which cases are decided, recorded or told has changed.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createLog } from '../electron/core/log.ts';
import { runScenario } from '../electron/core/scenario/run-scenario.ts';
import { readScenario } from '../electron/core/scenario/scenario-file.ts';
import { startScenarioStore } from '../electron/core/scenario/scenario-store.ts';
import { type History, readHistory } from '../electron/core/store/history.ts';

const folder = path.resolve(import.meta.dirname, '../resources/demo');
const log = createLog('warn');
const scenario = await readScenario(path.join(folder, 'history.scenario.json'));
const store = await startScenarioStore(log);
let history: History | null = null;
try {
  const { result, problems } = await runScenario(scenario, store, {
    log,
    logLevel: 'warn',
    async onEnd({ db }) {
      history = await readHistory(db.kysely);
    },
  });
  const outcomes = new Map<string, number>();
  for (const request of Object.values(result.requests)) {
    const outcome = request ? `${request.output.status} ${request.reason ?? ''}`.trim() : 'no request';
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const problem of problems) console.error(problem);
  console.log([...outcomes].map(([outcome, count]) => `${String(count).padStart(4)} ${outcome}`).join('\n'));
} finally {
  await store.stop();
}
const text = JSON.stringify(history);
writeFileSync(path.join(folder, 'history.json.gz'), gzipSync(text, { level: 9 }));
console.log(`${(text.length / 1e6).toFixed(1)} MB`);
