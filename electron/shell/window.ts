import {
  app,
  BrowserWindow,
  dialog,
  MessageChannelMain,
  type MessagePortMain,
  screen,
  shell,
} from 'electron';
import { desktopOrigin, portChannel } from '../../shared/contract/wire.ts';
import { isSafeLink } from './links.ts';
import { keepWindowState, readWindowState } from './window-state.ts';

export interface ConsoleWindowOptions {
  preload: string;
  /** Where the place of the window is kept. */
  stateFile: string;
  /** Takes the work's end of a new channel each time the page has loaded. */
  servePort(port: MessagePortMain): void;
}

export interface ConsoleWindow {
  /** Brings the window to the front, on the given screen of the console if one is named. */
  show(route?: string): void;
  /** Begins the page anew, with a new port. */
  reload(): void;
}

/** What the page's copy buttons need, and all that it is given. */
const copying = 'clipboard-sanitized-write';

const page = `${desktopOrigin}/`;

/** Opens the console's window: a sandboxed page that reaches the work through one message port and nothing else. */
export function openConsoleWindow(options: ConsoleWindowOptions): ConsoleWindow {
  const displays = screen.getAllDisplays().map((display) => display.workArea);
  const state = readWindowState(options.stateFile, displays);
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    ...state?.bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Switchyard',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (state?.isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    keepWindowState(options.stateFile, {
      bounds: window.getNormalBounds(),
      isMaximized: window.isMaximized(),
    }),
  );
  window.webContents.on('will-prevent-unload', (event) => {
    if (wantsToLeave(window)) event.preventDefault();
  });
  handOverPorts(window, options.servePort);
  void window.loadURL(page);
  return {
    show(route) {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      if (route !== undefined) void window.loadURL(`${page}#${route}`);
    },
    reload: () => window.webContents.reload(),
  };
}

/** The page holds something that is not saved; a browser asks by itself, this window does not. */
function wantsToLeave(window: BrowserWindow): boolean {
  const answer = dialog.showMessageBoxSync(window, {
    type: 'question',
    message: 'Leave without saving?',
    detail: 'What you entered is not saved. It is lost when you leave.',
    buttons: ['Leave without saving', 'Stay'],
    defaultId: 1,
    cancelId: 1,
  });
  return answer === 0;
}

/** A reload ends the page's old port, so each load gets a new one. */
function handOverPorts(window: BrowserWindow, servePort: (port: MessagePortMain) => void): void {
  window.webContents.on('did-finish-load', () => {
    const { port1, port2 } = new MessageChannelMain();
    servePort(port1);
    port1.start();
    window.webContents.postMessage(portChannel, null, [port2]);
  });
}

/**
 * Keeps every page of the program on its own origin, for windows that exist and any that might come to be: it does
 * not navigate away, opens no window, embeds nothing and may copy text but reach no device. Plain https links go to the browser.
 */
export function confinePages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      if (isSafeLink(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
    contents.on('will-navigate', (event) => {
      if (event.url.startsWith(page)) return;
      event.preventDefault();
      if (isSafeLink(event.url)) void shell.openExternal(event.url);
    });
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.session.setPermissionRequestHandler((_contents, permission, answer) =>
      answer(permission === copying),
    );
    contents.session.setPermissionCheckHandler((_contents, permission) => permission === copying);
  });
}
