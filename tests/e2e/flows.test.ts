import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenConsole, openConsole } from './surface.ts';

let open: OpenConsole;
let page: Page;

beforeAll(async () => {
  open = await openConsole();
  page = open.page;
  await page.getByTestId('queue-row').first().waitFor();
});
afterAll(() => open.close());

async function show(route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${route}`);
}

async function sendExample(title: string): Promise<void> {
  await show('sandbox');
  await page.getByTestId('sandbox-example').filter({ hasText: title }).click();
  await page.getByTestId('sandbox-send').click();
}

describe('the main job in the demo workspace', () => {
  it('decides the first message within two seconds, corrects the owner and answers in the thread', async () => {
    await show('sandbox');
    await page.getByTestId('welcome-send').click();
    const began = performance.now();
    await page.locator('[data-testid=sandbox-request][data-status=Completed]').waitFor({ timeout: 10_000 });
    expect(performance.now() - began).toBeLessThan(2_000);
    await page.getByTestId('sandbox-thread').last().getByText('Lena Pichler').first().waitFor();
  });

  it('shows a new request in the queue without a reload', async () => {
    await show('queue');
    await page.getByTestId('view-all').click();
    const row = page.getByTestId('queue-row').filter({ hasText: 'Franziska Arndt' }).first();
    await row.waitFor();
  });
});

describe('a person decides by keyboard alone', () => {
  it('finds the request, chooses the owner and approves', async () => {
    await sendExample('A strategic account');
    await page.locator('[data-testid=sandbox-request][data-status=Escalated]').waitFor({ timeout: 10_000 });
    await page.keyboard.press('Escape');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

    await page.keyboard.type('gq');
    await page.getByTestId('queue-search').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Maja Lindahl');
    const row = page.getByTestId('queue-row').filter({ hasText: 'Maja Lindahl' });
    await row.first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.getByTestId('decision-confirm').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('request-preview').getByText('Completed').first().waitFor({ timeout: 10_000 });
  });
});

describe('accessibility', () => {
  const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  it.each(['light', 'dark'] as const)('has no serious violation on any screen, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    for (const route of ['queue', 'form', 'sandbox', `requests/${await firstRequestId()}`]) {
      await show(route);
      await page.locator('main').waitFor();
      await page.waitForTimeout(500);
      found.push(...(await seriousViolations(route)));
    }
    expect(found).toEqual([]);
  });

  async function firstRequestId(): Promise<string> {
    await show('queue');
    const text = await page.getByTestId('queue-row').first().textContent();
    return text?.match(/REV-\d+/)?.[0] ?? '';
  }

  async function seriousViolations(route: string): Promise<string[]> {
    // Evaluated by the debugger: the page's own policy lets no foreign script in.
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
      return (await axe.run()).violations;
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${route}: ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }
});

interface AxeResult {
  violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
}
