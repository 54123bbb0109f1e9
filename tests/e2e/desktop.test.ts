import { afterAll, beforeAll, expect, it } from 'vitest';
import { desktopOrigin } from '../../shared/contract/wire.ts';
import { openDesktop } from './surface.ts';

let desktop: Awaited<ReturnType<typeof openDesktop>>;

beforeAll(async () => {
  desktop = await openDesktop();
});
afterAll(() => desktop.close());

it('shows the queue over a message port, and again after a reload', async () => {
  const { page } = desktop;
  await page.getByTestId('queue-row').first().waitFor();
  await page.reload();
  await page.getByTestId('queue-row').first().waitFor();
  expect(page.url()).toBe(`${desktopOrigin}/`);
});

it('keeps the machine out of the page’s reach', async () => {
  const reach = await desktop.page.evaluate(async () => ({
    process: typeof Reflect.get(globalThis, 'process'),
    require: typeof Reflect.get(globalThis, 'require'),
    outside: (await fetch('switchyard://console/..%2fmain%2fshell.js')).status,
    elsewhere: await fetch('https://example.com/').then(
      () => 'reached',
      () => 'refused',
    ),
    opened: window.open('http://example.com/'),
  }));
  expect(reach).toEqual({
    process: 'undefined',
    require: 'undefined',
    outside: 404,
    elsewhere: 'refused',
    opened: null,
  });
});

it('stays on its own page', async () => {
  const { page } = desktop;
  await page.evaluate(() => window.location.assign('http://example.com/'));
  await page.waitForTimeout(300);
  expect(page.url()).toBe(`${desktopOrigin}/`);
});

it('opens the window once for a data folder', async () => {
  const windows = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(windows).toBe(1);
});
