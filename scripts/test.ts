// npm test: every check and every test, one after another; none keeps the others from running. Names of stages as
// arguments run these only. The last line is the sum, and the exit code says whether all passed.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findExecutable, ownElectronSearch } from '../electron/core/find-electron.ts';
import { findBrowser } from '../tests/e2e/find-browser.ts';
import { installSystemPackages, isOnPath, runProgram } from './run-program.ts';

interface Outcome {
  passed: number;
  failed: number;
  /** What the sum should say beside the numbers. */
  remark?: string;
}

interface Stage {
  name: string;
  title: string;
  run(): Promise<Outcome>;
}

const root = path.resolve(import.meta.dirname, '..');
const inRoot = (...parts: string[]) => path.join(root, ...parts);
const vitest = inRoot('node_modules/vitest/vitest.mjs');

const stages: Stage[] = [
  { name: 'types', title: 'Types', run: () => check(inRoot('node_modules/typescript7/bin/tsc'), '-b') },
  {
    name: 'lint',
    title: 'Format and lint',
    run: () => check(inRoot('node_modules/@biomejs/biome/bin/biome'), 'check'),
  },
  { name: 'arrows', title: 'Arrows between the rooms', run: () => check(inRoot('scripts/arch.ts')) },
  {
    name: 'tests',
    title: 'Unit, contract and integration tests',
    run: () => runTests([process.execPath], []),
  },
  { name: 'build', title: 'Build', run: () => check(inRoot('scripts/build.ts')) },
  { name: 'browser', title: 'End to end in a browser', run: testInBrowser },
  { name: 'desktop', title: 'End to end in the desktop window', run: testInDesktop },
];

await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no stage ${unknown.join(', ')}; there are ${stages.map(({ name }) => name).join(', ')}.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const lines: string[] = [];
  const sum = { passed: 0, failed: 0 };
  for (const stage of stages) {
    if (names.length > 0 && !names.includes(stage.name)) continue;
    const { line, passed, failed } = await runStage(stage);
    lines.push(line);
    sum.passed += passed;
    sum.failed += failed;
  }
  process.stdout.write(`\n${lines.join('\n')}\n\n${sum.passed} passed, ${sum.failed} failed\n`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
}

async function runStage({ title, run }: Stage): Promise<Outcome & { line: string }> {
  process.stdout.write(`\n== ${title}\n`);
  const began = performance.now();
  const outcome = await run().catch((error: unknown): Outcome => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { passed: 0, failed: 1 };
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(6);
  const { passed, failed, remark } = outcome;
  const verdict = failed > 0 ? 'FAILED' : passed > 0 ? 'ok    ' : '-     ';
  const counts = `${passed} passed, ${failed} failed${remark === undefined ? '' : `; ${remark}`}`;
  return { ...outcome, line: `${verdict} ${seconds} s  ${title}: ${counts}` };
}

/** A check counts as one. */
async function check(...programArguments: string[]): Promise<Outcome> {
  const code = await runProgram(process.execPath, programArguments);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Runs vitest by the given command and counts what its report says; without a report it has failed as a whole. */
async function runTests(
  [command, ...before]: [string, ...string[]],
  programArguments: readonly string[],
  environment: Record<string, string> = {},
): Promise<Outcome> {
  const reportFile = inRoot('test-results/report.json');
  rmSync(reportFile, { force: true });
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${reportFile}`];
  const code = await runProgram(command, [...before, vitest, 'run', ...reporters, ...programArguments], {
    environment,
  });
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, remark: 'the tests did not run to their end' };
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const failedSuites = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + failedSuites;
  const skipped = report.numPendingTests + report.numTodoTests;
  return {
    passed: report.numPassedTests,
    // Vitest also fails on an error outside every test.
    failed: code !== 0 && failed === 0 ? 1 : failed,
    ...(skipped === 0 ? {} : { remark: `${skipped} skipped` }),
  };
}

/** What is read of vitest's JSON report. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

async function testInBrowser(): Promise<Outcome> {
  if (findBrowser() === null) await installSystemPackages(['chromium']);
  const browser = findBrowser();
  if (browser === null) {
    process.stderr.write(
      'No Chromium or Chrome was found. Install one (Debian: apt-get install chromium; elsewhere: npx playwright-core ' +
        'install chromium), or name it in SWITCHYARD_BROWSER.\n',
    );
    return { passed: 0, failed: 1, remark: 'no browser' };
  }
  process.stdout.write(`Browser: ${browser}\n`);
  const outcome = await testSurface([process.execPath], 'browser', { SWITCHYARD_BROWSER: browser });
  return { remark: browser, ...outcome };
}

async function testInDesktop(): Promise<Outcome> {
  const found = findExecutable(ownElectronSearch());
  if (found.executable === null) {
    const isWanted = Boolean(process.env.SWITCHYARD_ELECTRON);
    process.stdout.write(`Not run: ${found.why}\n`);
    return { passed: 0, failed: isWanted ? 1 : 0, remark: `not run: ${found.why}` };
  }
  process.stdout.write(`Electron: ${found.executable}\n`);
  const needsDisplay = process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY;
  if (needsDisplay && !isOnPath('xvfb-run')) await installSystemPackages(['xvfb', 'xauth']);
  if (needsDisplay && !isOnPath('xvfb-run')) {
    process.stderr.write(
      'There is no display, and no xvfb-run to stand in for one (Debian: apt-get install xvfb).\n',
    );
    return { passed: 0, failed: 1, remark: 'no display' };
  }
  const command: [string, ...string[]] = needsDisplay
    ? ['xvfb-run', '-a', process.execPath]
    : [process.execPath];
  const outcome = await testSurface(command, 'desktop', { SWITCHYARD_ELECTRON: found.executable });
  return { remark: found.executable, ...outcome };
}

function testSurface(
  command: [string, ...string[]],
  surface: 'browser' | 'desktop',
  environment: Record<string, string>,
): Promise<Outcome> {
  const programArguments = ['--config', inRoot('tests/e2e/vitest.config.ts'), '--project', surface];
  return runTests(command, programArguments, environment);
}
