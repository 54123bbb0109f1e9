import { Command } from 'commander';
import { toAppError } from '../../shared/model/errors.ts';
import { runScenarios } from './commands/scenario.ts';
import { readConfig } from './config.ts';
import { agentCommand, runAgentProcess } from './scenario/agent-process.ts';
import { programVersion } from './version.ts';

const program = new Command('switchyard')
  .description('Operations console for lead routing exceptions')
  .version(programVersion);

async function ends(work: Promise<number>): Promise<void> {
  process.exitCode = await work;
}

program
  .command('scenario')
  .argument('<files...>')
  .action((files: string[]) => ends(runScenarios({ files, logLevel: (process.env.SWITCHYARD_LOG_LEVEL as 'silent') ?? 'silent' })));
program.command(agentCommand, { hidden: true }).action(() => runAgentProcess());

program.parseAsync().catch((thrown: unknown) => {
  process.stderr.write(`${toAppError(thrown).message}\n`);
  if (toAppError(thrown).code === 'internal') console.error(thrown);
  process.exitCode = 2;
});
