import path from 'node:path';
import { parseArgs } from 'node:util';
import { app, dialog } from 'electron';
import { toAppError } from '../../shared/model/errors.ts';
import { type Config, readConfig } from '../core/config.ts';
import { announceConsoleScheme } from './console-protocol.ts';
import { runDesktop } from './desktop.ts';
import { confinePages } from './window.ts';

// Nothing here may be awaited before the app is ready: Electron waits for this module and would never become ready.
announceConsoleScheme();
confinePages();
// As root the sandbox cannot start, and asking for it undoes the switch in the child processes.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();

const config = configOrWords();
if (typeof config === 'string') {
  dialog.showErrorBox('Switchyard cannot start', config);
  app.exit(1);
} else {
  app.setName('Switchyard');
  app.setPath('userData', path.join(config.dataDir, 'desktop'));
  // The lock lies in the folder set above, so several data folders can be open side by side, and each one once.
  if (app.requestSingleInstanceLock()) runDesktop(readOwnConfig);
  else app.quit();
}

function configOrWords(): Config | string {
  try {
    return readOwnConfig();
  } catch (thrown) {
    return toAppError(thrown).message;
  }
}

function readOwnConfig(): Config {
  return readConfig(process.env, { dataDir: dataDirArgument() });
}

/** `--data-dir FOLDER` among whatever else Electron and Chromium are given. */
function dataDirArgument(): string | undefined {
  const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } }, strict: false });
  return typeof values['data-dir'] === 'string' ? values['data-dir'] : undefined;
}
