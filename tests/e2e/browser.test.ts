import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes, offeredProtocols } from '../../shared/contract/wire.ts';
import { openBrowser } from './surface.ts';

let console: Awaited<ReturnType<typeof openBrowser>>;

beforeAll(async () => {
  console = await openBrowser();
});
afterAll(() => console.close());

it('takes the token out of the address, and a reload still knows it', async () => {
  const { page } = console;
  await page.getByTestId('queue-row').first().waitFor();
  expect(page.url()).not.toContain('token');
  await page.reload();
  await page.getByTestId('queue-row').first().waitFor();
});

it('says how to get the right link to whoever comes with a wrong token or none', async () => {
  for (const hash of ['', '#token=wrong']) {
    const context = await console.browser.newContext();
    const page = await context.newPage();
    await page.goto(new URL(hash, console.url).href);
    await page.getByText('Open the link that the program printed').first().waitFor();
    expect(await page.getByTestId('queue-row').count()).toBe(0);
    await context.close();
  }
});

it('gives a page of another origin no socket, even with the token', async () => {
  const { host, hash } = new URL(console.url);
  const token = hash.replace('#token=', '');
  const refusal = (origin: string, offered: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${host}/rpc`, offeredProtocols(offered), { origin });
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', (code) => resolve(code));
    });
  expect([
    await refusal('https://attacker.example', token),
    await refusal(`http://${host}`, 'wrong'),
  ]).toEqual(['Unexpected server response: 403', closeCodes.wrongToken]);
});

it('loads nothing from elsewhere and breaks none of its own rules', async () => {
  const page = await console.browser.newPage();
  const requested = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => requested.add(new URL(request.url()).host));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(console.url);
  await page.getByTestId('queue-row').first().waitFor();
  expect({ requested: [...requested], complaints }).toEqual({
    requested: [new URL(console.url).host],
    complaints: [],
  });
  await page.close();
});
