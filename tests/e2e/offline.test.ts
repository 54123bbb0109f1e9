import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CuttableStore, startCuttableStore } from './cuttable-store.ts';
import { makeDataDir, type RunningProgram, runProgram } from './running-program.ts';
import { launchBrowser } from './surface.ts';

let store: CuttableStore;
let folder: Awaited<ReturnType<typeof makeDataDir>>;
let browser: Browser;
let program: RunningProgram;
let page: Page;

async function openDesk(): Promise<void> {
  program = await runProgram(['console'], {
    dataDir: folder.dataDir,
    environment: { DATABASE_URL: store.url, SWITCHYARD_USER: store.user },
  });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(program.url);
}

beforeAll(async () => {
  store = await startCuttableStore();
  folder = await makeDataDir();
  browser = await launchBrowser();
  await openDesk();
  await state('online');
});
afterAll(async () => {
  await browser?.close();
  await program?.stop();
  await store?.stop();
  await folder?.remove();
});

const state = (wanted: string) =>
  page.locator(`[data-testid=sync-status][data-state=${wanted}]`).waitFor({ timeout: 30_000 });

const activeRow = () => page.locator('[data-testid=queue-row][data-active=true]');

describe('a desk that is cut off from the shared store', () => {
  it('shows everything that it showed before', async () => {
    await page.getByTestId('view-escalated').click();
    await page.getByTestId('queue-row').first().waitFor();
    store.cut();
    await state('offline');
    await page.getByTestId('view-all').click();
    await page.getByTestId('queue-search').fill('Maarten Mulder');
    await page.getByTestId('queue-row').filter({ hasText: 'Vanderpoel' }).first().waitFor();
    await page.getByTestId('queue-search').fill('');
    await page.getByTestId('view-escalated').click();
    await page.getByTestId('queue-row').first().click();
    await page.getByTestId('request-preview').getByText('Why').waitFor();
    await page.getByTestId('open-request').click();
    await page.getByTestId('audit-timeline').getByText('Decision').first().waitFor();
    await page.goBack();
  });

  it('shows a decision at once and marks it as waiting', async () => {
    await page.getByTestId('queue-row').first().click();
    const request = await activeRow().getAttribute('data-request');
    await page.getByTestId('decision-reject').first().click();
    await page.getByTestId('decision-note').fill('The account asked to stay.');
    const tookMs = await page.evaluate(async () => {
      const began = performance.now();
      document.querySelector<HTMLElement>('[data-testid=decision-confirm]')?.click();
      while (!document.querySelector('[data-testid=waits-mark]'))
        await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - began;
    });
    expect({ request, isQuick: tookMs < 1_000 }).toEqual({
      request: expect.stringMatching(/^REV-/),
      isQuick: true,
    });
  });

  it('has the decision still after a restart without the store', async () => {
    await page.close();
    await program.stop();
    await openDesk();
    await state('offline');
    await page.getByTestId('waits-mark').first().waitFor();
  });

  it('sends it when the store is back, and the mark goes', async () => {
    store.mend();
    await page.getByTestId('sync-status').click();
    await state('online');
    await expect.poll(() => page.getByTestId('waits-mark').count(), { timeout: 30_000 }).toBe(0);
    expect(await page.getByTestId('outbox-entry').count()).toBe(0);
  });
});
