import { it, onTestFinished } from 'vitest';
import { openBrowser } from './surface.ts';
it('look', async () => {
  const { page, close } = await openBrowser(); onTestFinished(close);
  await page.getByTestId('queue-row').first().waitFor();
  await page.evaluate(() => { window.location.hash = '#/connectors/teams'; });
  await page.waitForTimeout(3000);
  await page.screenshot({ path: '/tmp/c1.png', fullPage: true });
  const test = page.getByRole('button', { name: /Test connection/ });
  if (await test.count()) { await test.click(); await page.waitForTimeout(6000); }
  await page.screenshot({ path: '/tmp/c2.png', fullPage: true });
}, 150000);
