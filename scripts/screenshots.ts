// npm run screenshots: the demo's screens in both schemes, into docs/screenshots.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../tests/e2e/surface.ts';
import { buildIfStale } from './build-if-stale.ts';

const folder = path.resolve(import.meta.dirname, '../docs/screenshots');
const settlesWithinMs = 700;

/** Each brings a screen into a state that shows what it is for. */
const screens: Record<string, (page: Page) => Promise<void>> = {
  queue: async (page) => {
    await open(page, 'queue');
    await page.getByTestId('view-open').click();
    await page.getByTestId('queue-row').filter({ hasText: 'Escalated' }).first().click();
    await page.getByTestId('request-preview').waitFor();
  },
  detail: async (page) => {
    await open(page, 'queue');
    await page.getByTestId('queue-row').filter({ hasText: 'Escalated' }).first().click();
    await page.getByTestId('open-request').click();
    await page.getByTestId('request-detail').waitFor();
  },
  form: async (page) => {
    await open(page, 'form');
    await page
      .getByTestId('form-summary')
      .fill('Ulrike Kaiser was routed to Katharina, but Donau Präzision has 570 people.');
    await page.getByTestId('form-record').fill('Donau');
    await page.getByRole('option').first().waitFor();
  },
  sandbox: async (page) => {
    await open(page, 'sandbox');
    await page.getByTestId('sandbox-request').waitFor();
  },
  connectors: async (page) => {
    await open(page, 'connectors');
    await page.getByTestId('connection').first().waitFor();
  },
  connector: async (page) => {
    await open(page, 'connectors/hubspot');
    await page.getByTestId('connection-test').click();
    await page.locator('[data-testid=trial-verdict][data-tone=good]').waitFor();
  },
};

async function open(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${route}`);
}

await buildIfStale();
mkdirSync(folder, { recursive: true });
const { page, close } = await openBrowser();
try {
  await page.getByTestId('queue-row').first().waitFor();
  await page.getByTestId('welcome-send').click();
  await page.locator('[data-testid=sandbox-request][data-status=Completed]').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [name, show] of Object.entries(screens)) {
      await show(page);
      await page.waitForTimeout(settlesWithinMs);
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`) });
      process.stdout.write(`${name}-${colorScheme}.png\n`);
    }
  }
} finally {
  await close();
}
