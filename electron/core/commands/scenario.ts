import { AppError, toAppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { runScenario } from '../scenario/run-scenario.ts';
import { readScenario, type Scenario } from '../scenario/scenario-file.ts';
import { startScenarioStore } from '../scenario/scenario-store.ts';

export interface ScenarioCommand {
  files: readonly string[];
  logLevel: Config['logLevel'];
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Runs scenarios, each in a clean store: one JSON object a line on stdout, differences on stderr. Gives 0 where all that
 * expect something held, 1 where some did not, 2 where a file cannot be used.
 */
export async function runScenarios({ files, logLevel }: ScenarioCommand): Promise<number> {
  const scenarios: Scenario[] = [];
  for (const file of files) {
    try {
      scenarios.push(await readScenario(file));
    } catch (thrown) {
      say(toAppError(thrown).message);
      return 2;
    }
  }
  const log = createLog(logLevel);
  const store = await startScenarioStore(log);
  let failed = 0;
  try {
    for (const scenario of scenarios) {
      const { result, problems } = await runScenario(scenario, store, { log, logLevel });
      process.stdout.write(`${JSON.stringify(result)}\n`);
      if (result.held) continue;
      failed += 1;
      say(`${scenario.name} did not hold:`);
      for (const problem of problems) say(`  ${problem}`);
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    say(thrown.message);
    return 1;
  } finally {
    await store.stop();
  }
  return failed === 0 ? 0 : 1;
}
