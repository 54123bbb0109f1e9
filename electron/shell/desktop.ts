import path from 'node:path';
import { app, dialog, safeStorage } from 'electron';
import { toAppError } from '../../shared/model/errors.ts';
import type { Config } from '../core/config.ts';
import type { Host } from '../core/host.ts';
import { keepWorkspaceOpen } from '../core/open-workspace.ts';
import { serveConsolePage } from './console-protocol.ts';
import { installMenu } from './menu.ts';
import { createDesktopNotifier } from './notifications.ts';
import { createKeychainSecrets } from './secrets.ts';
import { type ConsoleWindow, openConsoleWindow } from './window.ts';

const stopWithinMs = 10_000;

/** Runs the work and its window in this process until the person quits. */
export function runDesktop(readConfig: () => Config): void {
  const userData = app.getPath('userData');
  const quitting = Promise.withResolvers<void>();
  let running: Promise<void> | null = null;
  let host: Host | null = null;
  let window: ConsoleWindow | null = null;

  async function start(): Promise<void> {
    await app.whenReady();
    serveConsolePage(path.join(import.meta.dirname, '../renderer'));
    installMenu({ dataDir: readConfig().dataDir, showScreen: (route) => window?.show(route) });
    while (true) {
      try {
        running = runWork();
        return await running;
      } catch (thrown) {
        running = null;
        if (!(await asksToTryAgain(toAppError(thrown).message))) return app.quit();
      }
    }
  }

  function runWork(): Promise<void> {
    return keepWorkspaceOpen({
      readConfig,
      parts: {
        notifier: createDesktopNotifier((requestId) => window?.show(`/requests/${requestId}`)),
        secrets: createKeychainSecrets(safeStorage, path.join(userData, 'secrets.json')),
      },
      untilEnd: quitting.promise,
      async onOpen(opened) {
        host = opened;
        if (window === null) window = openWindow();
        else window.reload();
        // The window is there at once; that a chat cannot be reached must not keep it away.
        await opened.start().catch((thrown: unknown) => {
          dialog.showErrorBox('The agent cannot work', toAppError(thrown).message);
        });
      },
    });
  }

  const openWindow = (): ConsoleWindow =>
    openConsoleWindow({
      preload: path.join(import.meta.dirname, '../preload/preload.cjs'),
      stateFile: path.join(userData, 'window.json'),
      servePort: (port) => host?.servePort(port),
    });

  app.on('second-instance', () => window?.show());
  app.on('activate', () => window?.show());
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', (event) => {
    if (running === null) return;
    event.preventDefault();
    const stopping = running;
    running = null;
    quitting.resolve();
    // Not within the event itself, where Electron still counts this as the quit that was just prevented.
    void withinTime(stopping).finally(() => setImmediate(() => app.exit(0)));
  });
  void start();
}

async function asksToTryAgain(words: string): Promise<boolean> {
  process.stderr.write(`Switchyard cannot start. ${words}\n`);
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Switchyard',
    message: 'Switchyard cannot start',
    detail: words,
    buttons: ['Try again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** The program ends even when something in it does not. */
function withinTime(stopping: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, stopWithinMs);
    stopping
      .catch((error: unknown) => process.stderr.write(`Switchyard did not end cleanly: ${String(error)}\n`))
      .finally(() => {
        clearTimeout(timer);
        resolve();
      });
  });
}
