import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { seriousViolations } from './accessibility.ts';
import { type OpenConsole, openConsole } from './surface.ts';

let open: OpenConsole;
let page: Page;

beforeAll(async () => {
  open = await openConsole();
  page = open.page;
  await page.getByTestId('queue-row').first().waitFor();
});
afterAll(() => open.close());
beforeEach(({ task }) => {
  const file = path.join('test-results', process.env.SWITCHYARD_SURFACE ?? '', `${task.name}.png`);
  onTestFailed(async () => {
    await page.screenshot({ path: file });
  });
});

async function show(route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${route}`);
}

describe('the main job in the demo workspace', () => {
  it('decides the first message within two seconds, corrects the owner and answers in the thread', async () => {
    await show('sandbox');
    const countOfAll = page.getByTestId('view-all');
    const before = numberIn(await countOfAll.textContent());
    await page.getByTestId('welcome-send').click();
    const began = performance.now();
    await page.locator('[data-testid=sandbox-request][data-status=Completed]').waitFor();
    expect(performance.now() - began).toBeLessThan(2_000);

    const record = page.getByTestId('sandbox-record').filter({ hasText: 'Franziska Arndt' });
    await record.getByText('Katharina Lindner').waitFor();
    await page.getByTestId('sandbox-thread').last().getByText('is now with Katharina Lindner').waitFor();
    await expect.poll(async () => numberIn(await countOfAll.textContent())).toBe(before + 1);
  });

  it('has the new request in the queue, and all about it on its own page, without a reload', async () => {
    await show('queue');
    await page.getByTestId('view-done').click();
    await page.getByTestId('queue-search').fill('Franziska Arndt');
    await page.getByTestId('queue-row').filter({ hasText: 'Completed' }).first().click();
    await page.getByTestId('open-request').click();
    await page.getByTestId('request-detail').waitFor();
    await page.getByTestId('final-resolution').waitFor();
    expect(await page.getByTestId('audit-timeline').textContent()).toContain('Decision');
    await show('queue');
    await page.getByTestId('queue-search').fill('');
    await page.getByTestId('view-open').click();
  });
});

describe('a person decides by keyboard alone', () => {
  it('finds the request, looks at it and approves the proposal', async () => {
    await show('sandbox');
    await page.getByTestId('sandbox-example').filter({ hasText: 'A strategic account' }).click();
    await page.getByTestId('sandbox-send').click();
    await page.locator('[data-testid=sandbox-request][data-status=Escalated]').waitFor();

    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByTestId('queue-row').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Maja Lindahl');
    const found = page.getByTestId('queue-row');
    await expect.poll(async () => (await found.allTextContents()).map(nameIn)).toEqual(['Maja Lindahl']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.getByTestId('decision-confirm').waitFor();
    await page.keyboard.press('Enter');
    await found.filter({ hasText: 'Completed' }).waitFor();
  });
});

const numberIn = (text: string | null) => Number(text?.match(/\d+/)?.[0] ?? Number.NaN);
const nameIn = (text: string) => text.match(/Maja Lindahl/)?.[0] ?? text;

describe('accessibility', () => {
  it.each(['light', 'dark'] as const)('has no serious violation on any screen, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    for (const route of [
      'queue',
      'form',
      'sandbox',
      'connectors',
      'connectors/slack',
      `requests/${await firstRequestId()}`,
    ]) {
      await show(route);
      await page.locator('main').waitFor();
      await page.waitForTimeout(500);
      found.push(...(await seriousViolations(page, route)));
    }
    await page.getByTestId('sync-status').click();
    await page.getByTestId('sync-panel').waitFor();
    found.push(...(await seriousViolations(page, 'at this desk')));
    await page.keyboard.press('Escape');
    expect(found).toEqual([]);
  });

  async function firstRequestId(): Promise<string> {
    await show('queue');
    const text = await page.getByTestId('queue-row').first().textContent();
    return text?.match(/REV-\d+/)?.[0] ?? '';
  }
});
