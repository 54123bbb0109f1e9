import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { seriousViolations } from './accessibility.ts';
import { openBrowser } from './surface.ts';

it('a report in Teams becomes a request, and its approver decides by an answer in a chat', async () => {
  const { page, close } = await openBrowser();
  onTestFinished(close);
  onTestFailed(async () => {
    await page.screenshot({ path: 'test-results/sandbox-teams.png' });
  });
  const request = page.getByTestId('sandbox-request');
  await page.getByTestId('queue-row').first().waitFor();
  await page.evaluate(() => {
    window.location.hash = '#/sandbox';
  });
  await page.getByTestId('sandbox-chat').getByText('Teams').click();
  await page.getByTestId('sandbox-example').filter({ hasText: 'A strategic account' }).click();
  await page.getByTestId('sandbox-send').click();
  await page.locator('[data-testid=sandbox-request][data-status=Escalated]').waitFor();

  await page.getByTestId('sandbox-open-approver').click();
  await page.getByTestId('sandbox-thread').last().getByText('Open thread').click();
  await page.getByTestId('sandbox-card').getByText('To decide, answer here').waitFor();
  expect(await seriousViolations(page, 'the sandbox with Teams')).toEqual([]);
  await page.getByTestId('sandbox-beginning').first().click();
  await page.getByTestId('sandbox-reply').press('Enter');
  await page.locator('[data-testid=sandbox-request][data-status=Completed]').waitFor();
  await request.getByText('Approval').first().waitFor();
});
