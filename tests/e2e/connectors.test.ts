import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { writeWorkspaceChoice } from '../../electron/core/workspace-choice.ts';
import { type ConnectedSystem, connectedSystems } from '../../shared/model/connection.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { seriousViolations } from './accessibility.ts';
import { type OwnProgram, runInProcess } from './own-program.ts';
import { makeDataDir } from './running-program.ts';
import { launchBrowser } from './surface.ts';
import { startVendors, type VendorsBeside } from './vendors-beside.ts';

let vendors: VendorsBeside;
let folder: Awaited<ReturnType<typeof makeDataDir>>;
let program: OwnProgram;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const secrets = memorySecrets();
const admin = { name: 'Ravindra Iyer', email: 'ravindra.iyer@harbourlight.example', slack: 'U0RIYER' };

beforeAll(async () => {
  vendors = await startVendors();
  folder = await makeDataDir();
  program = await runInProcess({ dataDir: folder.dataDir, secrets });
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await context.newPage();
  await page.goto(program.url);
});
afterAll(async () => {
  await browser?.close();
  await program?.stop();
  await vendors?.sandbox.stop();
  await folder?.remove();
});
beforeEach(({ task }) => {
  onTestFailed(async () => {
    await page.screenshot({ path: path.join('test-results', 'connectors', `${task.name}.png`) });
  });
});

async function show(route: string): Promise<void> {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/${route}`);
}

async function openSystem(system: ConnectedSystem): Promise<void> {
  await show('connectors');
  await page.locator(`[data-testid=connection][data-system=${system}]`).click();
  await page.locator(`[data-testid=connection-screen][data-system=${system}]`).waitFor();
}

const field = (variable: string) => page.getByTestId(`field-SWITCHYARD_${variable}`);

async function fill(values: Readonly<Record<string, string>>): Promise<void> {
  for (const [variable, value] of Object.entries(values)) await field(variable).fill(value);
}

const microsoftApp = () => {
  const { tenantId, clientId, clientSecret } = vendors.sandbox.credentials.microsoft;
  return {
    MICROSOFT_TENANT: tenantId,
    MICROSOFT_CLIENT_ID: clientId,
    MICROSOFT_CLIENT_SECRET: clientSecret,
  };
};
const microsoftAt = (url: string) => ({ MICROSOFT_LOGIN_URL: url, MICROSOFT_GRAPH_URL: url });

async function openAdvanced(): Promise<void> {
  await page.getByTestId('advanced-fields').locator('summary').click();
}

/** Tries what is entered, and gives what came of it, and of all but those checks that went well their state and words. */
async function test(): Promise<{ verdict: string | null; notOk: string[] }> {
  await page.getByTestId('connection-test').click();
  return outcomeOfTest();
}

async function outcomeOfTest(): Promise<{ verdict: string | null; notOk: string[] }> {
  const verdict = page.getByTestId('trial-verdict');
  await expect.poll(() => verdict.getAttribute('data-tone'), { timeout: 30_000 }).not.toBeNull();
  const checks = await page.getByTestId('connection-check').all();
  const states = await Promise.all(
    checks.map(async (check) => `${await check.getAttribute('data-state')} ${await check.textContent()}`),
  );
  return {
    verdict: await verdict.textContent(),
    notOk: states.filter((state) => !/^(ok|skipped) /.test(state)),
  };
}

const allWorks = { verdict: 'Everything works.', notOk: [] };

/** Saves what is entered; it is tried then by itself. */
async function save(): Promise<void> {
  await page.getByTestId('connection-save').click();
  await page.getByTestId('connection-disconnect').waitFor();
  await outcomeOfTest();
}

const stateIs = (...states: string[]) =>
  expect
    .poll(() => page.getByTestId('connection-state').getAttribute('data-state'), { timeout: 30_000 })
    .toMatch(new RegExp(`^(${states.join('|')})$`));

describe('a new admin', () => {
  it('comes from the demo to a workspace of their own, and is shown the first steps', async () => {
    await page.getByTestId('queue-row').first().waitFor();
    await show('connectors');
    await page.getByTestId('other-workspace').click();
    await page.getByTestId('first-admin-name').fill(admin.name);
    await page.getByTestId('first-admin-email').fill('ravindra');
    await page.getByTestId('first-admin-submit').click();
    await page.getByText('E-mail is not an e-mail address.').waitFor();
    await page.getByTestId('first-admin-email').fill(admin.email);
    await page.keyboard.press('Enter');
    await page.getByTestId('first-steps').waitFor({ timeout: 60_000 });
    await page.getByRole('navigation').getByText(admin.name).waitFor();
    expect(await page.getByTestId('first-step').count()).toBe(4);
  });

  it('is told of a wrong token when it is typed whole, and by Slack when it is only wrong there', async () => {
    const { credentials, urls } = vendors.sandbox;
    await openSystem('slack');
    const problem = page.getByText('is no bot token');
    await field('SLACK_BOT_TOKEN').pressSequentially('xap');
    expect(await problem.count()).toBe(0);
    await field('SLACK_APP_TOKEN').click();
    await problem.waitFor();
    await fill({
      SLACK_BOT_TOKEN: 'xoxb-of-another-app',
      SLACK_APP_TOKEN: credentials.slack.appToken,
      SLACK_CHANNELS: 'C-LEAD-ROUTING',
    });
    expect(await problem.count()).toBe(0);
    await openAdvanced();
    await fill({ SLACK_API_URL: urls.slack });
    const refused = await test();
    const remedy = page.locator('[data-testid=connection-check][data-state=missing] a').first();
    expect({ refused, remedy: await remedy.getAttribute('href') }).toEqual({
      refused: {
        verdict: expect.stringContaining('not work yet'),
        notOk: [expect.stringContaining('missing')],
      },
      remedy: expect.stringMatching(/^https:\/\/[a-z.]*slack\.com\//),
    });
    await field('SLACK_BOT_TOKEN').fill(credentials.slack.botToken);
    expect(await test()).toEqual(allWorks);
    await save();
    await stateIs('ok');
  });

  it('is asked before what was typed is lost', async () => {
    await openSystem('hubspot');
    await field('HUBSPOT_TOKEN').fill('pat-half-typed');
    await page.getByRole('link', { name: 'Queue', exact: true }).click();
    await page.getByTestId('leave-stay').click();
    expect(await field('HUBSPOT_TOKEN').inputValue()).toBe('pat-half-typed');
    await page.getByRole('link', { name: 'Queue', exact: true }).click();
    await page.getByTestId('leave-confirm').click();
    await page.getByTestId('first-steps').waitFor();
    await openSystem('hubspot');
    expect(await field('HUBSPOT_TOKEN').inputValue()).toBe('');
  });

  it('connects HubSpot by keyboard alone', async () => {
    const { credentials, urls } = vendors.sandbox;
    await show('queue');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByTestId('connection').first().waitFor();
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await field('HUBSPOT_TOKEN').focus();
    await page.keyboard.type(credentials.hubspot.accessToken);
    await page.getByTestId('advanced-fields').locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type(urls.hubspot);
    await page.keyboard.press('Enter');
    await page.getByTestId('connection-disconnect').waitFor();
    expect(await outcomeOfTest()).toEqual(allWorks);
  });

  it('connects Salesforce and Confluence', async () => {
    const { credentials, urls } = vendors.sandbox;
    await openSystem('salesforce');
    await fill({
      SALESFORCE_LOGIN_URL: urls.salesforce,
      SALESFORCE_CLIENT_ID: credentials.salesforce.clientId,
      SALESFORCE_CLIENT_SECRET: credentials.salesforce.clientSecret,
    });
    expect(await test()).toEqual(allWorks);
    await save();
    await openSystem('confluence');
    await fill({
      CONFLUENCE_URL: urls.confluence,
      CONFLUENCE_EMAIL: credentials.confluence.email,
      CONFLUENCE_TOKEN: credentials.confluence.apiToken,
    });
    expect(await test()).toEqual(allWorks);
    await save();
  });

  it('connects Teams, and signs its account in by code on a page of Microsoft’s', async () => {
    await openSystem('teams');
    await fill({ ...microsoftApp(), TEAMS_CHANNELS: 'sandbox-team/19:routing@thread.tacv2' });
    await openAdvanced();
    await fill(microsoftAt(vendors.sandbox.urls.teams));
    await save();
    await page.getByTestId('sign-in-code').click();
    const code = (await page.getByTestId('shown-code').textContent()) ?? '';
    const [microsoft] = await Promise.all([
      context.waitForEvent('page'),
      page.getByTestId('sign-in-page').click(),
    ]);
    await microsoft.getByLabel('Code').fill(code);
    await microsoft.getByRole('button', { name: /Sign in as/ }).click();
    await page.getByTestId('signed-in-as').filter({ hasText: 'Signed in as switchyard@' }).waitFor({
      timeout: 30_000,
    });
    await microsoft.close();
    // Once more by itself: what the account lacked before is there now.
    await expect.poll(outcomeOfTest, { timeout: 30_000 }).toEqual(allWorks);
  });

  it('connects SharePoint', async () => {
    await openSystem('sharepoint');
    await fill({
      ...microsoftApp(),
      SHAREPOINT_SITE: 'https://sandbox.sharepoint.com/sites/revops',
      SHAREPOINT_LIBRARY: 'Policies',
    });
    await openAdvanced();
    await fill(microsoftAt(vendors.sandbox.urls.sharepoint));
    expect(await test()).toEqual(allWorks);
    await save();
  });

  it('finds no secret on any screen again, and all of them in the keychain', async () => {
    for (const system of connectedSystems) {
      await openSystem(system);
      const shown = await page.evaluate(() => [
        document.body.innerHTML,
        ...[...document.querySelectorAll('input, textarea')].map((input) => Reflect.get(input, 'value')),
      ]);
      const seen = [...secrets.kept.values()].filter((secret) => shown.join('\n').includes(secret));
      expect({ system, seen }).toEqual({ system, seen: [] });
    }
    expect(secrets.kept.size).toBeGreaterThanOrEqual(6);
  });
});

describe('a connection that is set up', () => {
  it('takes a report in: it becomes a request in the queue', async () => {
    vendors.sandbox.slack.sendMessage({
      user: admin.slack,
      channel: 'C-LEAD-ROUTING',
      text: 'Franziska Arndt was routed to the wrong owner, please have a look.',
    });
    await show('queue');
    await page.getByTestId('view-all').click();
    await page.getByTestId('queue-row').first().waitFor({ timeout: 30_000 });
  });

  it('is paused and resumed', async () => {
    await openSystem('slack');
    await page.getByTestId('connection-pause').click();
    await stateIs('paused');
    await page.getByTestId('paused-words').waitFor();
    await page.getByTestId('connection-pause').click();
    await stateIs('ok', 'untried');
  });

  it('is waited for while it is paused: a request says so, and is judged when it is resumed', async () => {
    await openSystem('hubspot');
    await page.getByTestId('connection-pause').click();
    await stateIs('paused');
    const text = 'Ulrike Kaiser of Donau Präzision is with the wrong owner.';
    vendors.sandbox.slack.sendMessage({ user: admin.slack, channel: 'C-LEAD-ROUTING', text });
    await show('queue');
    await page.getByTestId('queue-row').filter({ hasText: 'Donau' }).click();
    const why = page.getByTestId('held-up');
    await why.getByText(`HubSpot is paused by ${admin.name}`).waitFor();
    expect(await why.textContent()).not.toContain('did not answer');
    await openSystem('hubspot');
    await page.getByTestId('connection-pause').click();
    await stateIs('ok', 'untried');
    await show('queue');
    await page.getByTestId('queue-row').filter({ hasText: 'Donau' }).click();
    await page.getByTestId('held-up').waitFor({ state: 'detached', timeout: 30_000 });
  });

  it('says which permission was taken from it, and where to give it back', async () => {
    vendors.sandbox.slack.setScope('users:read.email', false);
    await openSystem('slack');
    const { notOk } = await test();
    const remedy = page.locator('[data-testid=connection-check][data-state=missing] a').first();
    expect({ notOk: notOk.length > 0, href: await remedy.getAttribute('href') }).toEqual({
      notOk: true,
      href: expect.stringContaining('slack.com'),
    });
    vendors.sandbox.slack.setScope('users:read.email', true);
    expect(await test()).toEqual(allWorks);
  });

  it('has its account signed in anew in a browser, which can be given up', async () => {
    await openSystem('teams');
    const opened = context.waitForEvent('page');
    await page.getByTestId('sign-in-browser').click();
    await (await opened).close();
    await page.getByTestId('sign-in-cancel').click();
    const [microsoft] = await Promise.all([
      context.waitForEvent('page'),
      page.getByTestId('sign-in-browser').click(),
    ]);
    await microsoft.getByRole('button', { name: 'Accept' }).click();
    await microsoft.getByText('You are signed in').waitFor();
    await microsoft.close();
    await expect.poll(outcomeOfTest, { timeout: 30_000 }).toEqual(allWorks);
  });

  it('is disconnected after a question that says what becomes of open cases', async () => {
    await openSystem('hubspot');
    await page.getByTestId('connection-disconnect').click();
    await page.getByText('Open requests stay in the queue.').waitFor();
    await page.getByTestId('disconnect-confirm').click();
    await stateIs('not connected');
    expect([...secrets.kept.values()]).not.toContain(vendors.sandbox.credentials.hubspot.accessToken);
  });
});

describe('a machine without a keychain', () => {
  it('is told why nothing is kept there, tries what is typed, and hands out lines for the environment', async () => {
    const { credentials, urls } = vendors.sandbox;
    const other = await makeDataDir();
    await writeWorkspaceChoice(other.dataDir, { workspace: 'own', user: null });
    const bare = await runInProcess({ dataDir: other.dataDir });
    const before = page;
    page = await context.newPage();
    try {
      await page.goto(bare.url);
      await page.getByTestId('first-run').waitFor();
      await page.getByTestId('first-admin-name').fill(admin.name);
      await page.getByTestId('first-admin-email').fill(admin.email);
      await page.getByTestId('first-admin-submit').click();
      await page.getByTestId('first-steps').waitFor({ timeout: 60_000 });
      await openSystem('hubspot');
      await fill({ HUBSPOT_TOKEN: credentials.hubspot.accessToken });
      await openAdvanced();
      await fill({ HUBSPOT_API_URL: urls.hubspot });
      expect({
        tried: await test(),
        lines: await page.getByTestId('environment-lines').textContent(),
        maySave: await page.getByTestId('connection-save').count(),
      }).toEqual({
        tried: allWorks,
        lines: `SWITCHYARD_HUBSPOT_TOKEN='••••••••'\nSWITCHYARD_HUBSPOT_API_URL='${urls.hubspot}'`,
        maySave: 0,
      });
    } finally {
      await page.close();
      page = before;
      await bare.stop();
      await other.remove();
    }
  });
});

describe('the screens', () => {
  it.each(['light', 'dark'] as const)('have no serious violation, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    for (const route of ['connectors', 'connectors/slack', 'connectors/salesforce', 'connectors/teams']) {
      await show(route);
      await page.waitForTimeout(400);
      found.push(...(await seriousViolations(page, route)));
    }
    expect(found).toEqual([]);
  });

  it('lead back to the demo, and from there to what was set up', async () => {
    await show('connectors');
    await page.getByTestId('other-workspace').click();
    await page.getByTestId('welcome').waitFor({ timeout: 60_000 });
    await show('connectors');
    await page.getByRole('button', { name: 'Open your own workspace' }).last().click();
    await page.getByRole('navigation').getByText(admin.name).waitFor({ timeout: 60_000 });
    await openSystem('salesforce');
    await page.getByTestId('connection-disconnect').waitFor();
  });
});
