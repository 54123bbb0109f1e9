import { Menu, type MenuItemConstructorOptions, shell } from 'electron';

export interface MenuActions {
  /** Shows a screen of the console: the part of the address after the `#`. */
  showScreen(route: string): void;
  dataDir: string;
}

export function installMenu(actions: MenuActions): void {
  const isMac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: '&View', submenu: viewItems(actions) },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Show the data folder', click: () => void shell.openPath(actions.dataDir) },
        ...(isMac ? [] : [{ role: 'about' } satisfies MenuItemConstructorOptions]),
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function viewItems({ showScreen }: MenuActions): MenuItemConstructorOptions[] {
  return [
    { label: '&Queue', accelerator: 'CmdOrCtrl+1', click: () => showScreen('/queue') },
    { label: '&Form', accelerator: 'CmdOrCtrl+2', click: () => showScreen('/form') },
    { label: '&Sandbox', accelerator: 'CmdOrCtrl+3', click: () => showScreen('/sandbox') },
    { label: '&Connectors', accelerator: 'CmdOrCtrl+4', click: () => showScreen('/connectors') },
    { type: 'separator' },
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
  ];
}
