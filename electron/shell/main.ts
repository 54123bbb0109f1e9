import path from 'node:path';
import { app } from 'electron';
import { readConfig } from '../core/config.ts';
import { announceConsoleScheme } from './console-protocol.ts';
import { runDesktop } from './desktop.ts';
import { confinePages } from './window.ts';

// Nothing here may be awaited before the app is ready: Electron waits for this module and would never become ready.
announceConsoleScheme();
confinePages();
// As root the sandbox cannot start, and asking for it undoes the switch in the child processes.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();

const config = readConfig();
app.setName('Switchyard');
app.setPath('userData', path.join(config.dataDir, 'desktop'));
// The lock lies in the folder set above, so several data folders can be open side by side, and each one once.
if (app.requestSingleInstanceLock()) runDesktop(config);
else app.quit();
