import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { toAppError } from '../../shared/model/errors.ts';
import { runAuditVerify } from './commands/audit.ts';
import { runBench } from './commands/bench.ts';
import { doctorAreas, runDoctor } from './commands/doctor.ts';
import { runExport } from './commands/export.ts';
import { runImport } from './commands/import.ts';
import { runMigrate } from './commands/migrate.ts';
import { runScenarios } from './commands/scenario.ts';
import { runSignIn, type SignInSystem, signInSystems } from './commands/sign-in.ts';
import { runAgent, runConsole, runStart } from './commands/start.ts';
import { type Config, readConfig } from './config.ts';
import type { Area } from './doctor/finding.ts';
import { createLog } from './log.ts';
import { agentCommand, runAgentProcess } from './scenario/agent-process.ts';
import { programVersion } from './version.ts';

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 (any free one) to 65535.');
}

function readAreas(text: string): Area[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !doctorAreas.some((area) => area === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no "${unknown}" to check; there are ${doctorAreas.join(', ')}.`);
  return doctorAreas.filter((area) => names.includes(area));
}

interface PlaceOptions {
  dataDir?: string;
}
interface ConsoleOptions extends PlaceOptions {
  port?: number;
}

const dataDir = () =>
  new Option('--data-dir <folder>', 'where this copy keeps its data (SWITCHYARD_DATA_DIR)');
const port = () =>
  new Option('--port <number>', 'port of the console on this machine; 0 for any free one').argParser(
    readPort,
  );

const configOf = ({ dataDir: folder }: PlaceOptions): Config => readConfig(process.env, { dataDir: folder });

/** Only warnings on the terminal, unless somebody asked for more. */
const quietly = (config: Config): Config =>
  process.env.SWITCHYARD_LOG_LEVEL ? config : { ...config, logLevel: 'warn' };

const program = new Command('switchyard')
  .description('Operations console for lead routing exceptions.')
  .version(programVersion)
  .showHelpAfterError('Use --help to see what is possible.')
  .addHelpText(
    'after',
    `
Exit codes: 0 all went well · 1 something did not hold or failed · 2 the input or the surroundings cannot be used.
Without DATABASE_URL and without a connection to a vendor the demo workspace opens. Every command has its own --help.`,
  );

async function ends(work: Promise<number>): Promise<void> {
  process.exitCode = await work;
}

program
  .command('start', { isDefault: true })
  .description('open the console and run the agent: in a window, or in a browser where there can be none')
  .addOption(dataDir())
  .addOption(port())
  .option('--browser', 'serve the console to a browser even where a window could open', false)
  .allowExcessArguments(true)
  .action((options: ConsoleOptions & { browser: boolean }, command: Command) => {
    // The default command is given whatever is no command.
    const [unknown] = command.args;
    if (unknown !== undefined)
      return program.error(`error: there is no command "${unknown}".`, { exitCode: 2 });
    const { port: wanted = null, browser: isBrowser } = options;
    return ends(runStart({ readConfig: () => quietly(configOf(options)), port: wanted, isBrowser }));
  });

program
  .command('console')
  .description('serve the console to a browser on this machine, without the agent')
  .addOption(dataDir())
  .addOption(port())
  .action((options: ConsoleOptions) =>
    ends(
      runConsole({
        readConfig: () => quietly(configOf(options)),
        port: options.port ?? null,
        isAgent: false,
      }),
    ),
  );

program
  .command('agent')
  .description('run the agent alone, for a server')
  .addOption(dataDir())
  .action((options: PlaceOptions) => ends(runAgent({ config: configOf(options) })));

program
  .command('migrate')
  .description("bring the store's schema up to date")
  .addOption(dataDir())
  .action((options: PlaceOptions) => ends(runMigrate({ config: quietly(configOf(options)) })));

program
  .command('doctor')
  .description('check this machine, the store and each connected system, and say what to do; changes nothing')
  .addOption(dataDir())
  .addOption(
    new Option('--only <areas>', `some of: ${doctorAreas.join(', ')}; separated by commas`)
      .argParser(readAreas)
      .default(doctorAreas, 'all of them'),
  )
  .option('--json', 'one JSON object a line for each thing that was checked', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 all is in order · 1 something is missing or failed · 2 nothing can be checked.',
  )
  .action((options: PlaceOptions & { only: readonly Area[]; json: boolean }) => {
    const config = quietly(configOf(options));
    // What is wrong is said on standard output.
    const log = createLog(process.env.SWITCHYARD_LOG_LEVEL ? config.logLevel : 'silent');
    return ends(runDoctor({ config, log, isJson: options.json, only: options.only }));
  });

program
  .command('sign-in')
  .description(
    'sign in the account that posts in Teams, or acts in Salesforce, for an agent without a keychain',
  )
  .addArgument(new Argument('[system]', 'where to sign in').choices(signInSystems).default('teams'))
  .addOption(dataDir())
  .option('--browser', 'to Teams in a browser on this machine, instead of by a code', false)
  .action((system: SignInSystem, options: PlaceOptions & { browser: boolean }) => {
    const config = quietly(configOf(options));
    const log = createLog(config.logLevel);
    return ends(runSignIn({ system, config, isBrowser: options.browser, log }));
  });

program
  .command('import')
  .description('read requests or the audit log from CSV, or people and routing from a setup file')
  .argument('<file>', 'CSV with the header of either table (- for standard input), or JSON with --setup')
  .addOption(dataDir())
  .option('--strict', 'import nothing where a row is broken', false)
  .option('--setup', 'the file is JSON: { "people": […], "routing": {…} }', false)
  .addHelpText(
    'after',
    `
A broken row is named by its line on stderr; the rest is imported. Import requests before their audit events.
Exit codes: 0 everything is there · 1 some rows are not · 2 the file cannot be used.`,
  )
  .action((file: string, options: PlaceOptions & { strict: boolean; setup: boolean }) => {
    const config = quietly(configOf(options));
    const log = createLog(config.logLevel);
    return ends(runImport({ file, isStrict: options.strict, isSetup: options.setup, config, log }));
  });

program
  .command('export')
  .description("write a table as CSV, in the brief's own columns")
  .addArgument(new Argument('<table>', 'which').choices(['requests', 'audit']))
  .addOption(dataDir())
  .option('--output <file>', 'where to; standard output if left out')
  .action((table: 'requests' | 'audit', options: PlaceOptions & { output?: string }) => {
    const config = quietly(configOf(options));
    const log = createLog(config.logLevel);
    return ends(runExport({ table, output: options.output ?? null, config, log }));
  });

program
  .command('verify')
  .description('check the audit log from its first event to its last')
  .addOption(dataDir())
  .addHelpText('after', '\nExit codes: 0 the chain is whole · 1 it is not, and where.')
  .action((options: PlaceOptions) => {
    const config = quietly(configOf(options));
    return ends(runAuditVerify({ config, log: createLog(config.logLevel) }));
  });

program
  .command('scenario')
  .description(
    'play scenarios end to end against the stand-ins: one JSON object a line, differences on stderr',
  )
  .argument('<files...>', 'scenario files')
  .addHelpText(
    'after',
    '\nExit codes: 0 all that expect something held · 1 some did not · 2 a file cannot be used.',
  )
  .action((files: string[]) => {
    const { logLevel } = readConfig({ SWITCHYARD_LOG_LEVEL: process.env.SWITCHYARD_LOG_LEVEL ?? 'silent' });
    return ends(runScenarios({ files, logLevel }));
  });

program
  .command('bench')
  .description('measure, against a limit or a peer in the same run')
  .argument('<name>', 'agent, rules, sync or desk')
  .option('--json', 'print one JSON object instead of a table', false)
  .action((name: string, options: { json: boolean }) => ends(runBench({ name, isJson: options.json })));

program.command(agentCommand, { hidden: true }).action(() => runAgentProcess());

/** What a person is told, in one line; the log has the rest. */
function fail(thrown: unknown): void {
  const error = toAppError(thrown);
  process.stderr.write(`${error.message}\n`);
  if (error.code === 'internal') createLog('error').error({ err: thrown }, 'The program failed');
  process.exitCode = error.code === 'internal' ? 1 : 2;
}

/** Commander ends with 1 where it cannot use what it was given; 2 is what that means here. */
function failOnUsage(thrown: unknown): void {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  else fail(thrown);
}

for (const command of [program, ...program.commands]) command.exitOverride();
program.parseAsync().catch(failOnUsage);
