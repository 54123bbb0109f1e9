import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPortalReader } from './portal.ts';

const account = { portalId: '77', uiDomain: 'app-eu1.hubspot.com' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('gives links to the place where the account lies, and asks for it once', async () => {
  const readAccount = vi.fn(async () => account);
  const readPortal = createPortalReader({ readAccount });
  const [first, second] = await Promise.all([readPortal(), readPortal()]);
  expect(first?.contactUrl('5 1')).toBe('https://app-eu1.hubspot.com/contacts/77/record/0-1/5%201');
  expect(second?.companyUrl('7')).toBe('https://app-eu1.hubspot.com/contacts/77/record/0-2/7');
  await readPortal();
  expect(readAccount).toHaveBeenCalledTimes(1);
});

it('holds no record up: who comes before the account is known gets no link, who comes later does', async () => {
  const { promise, resolve } = Promise.withResolvers<typeof account>();
  const readPortal = createPortalReader({ readAccount: () => promise });
  expect(await readPortal()).toBeNull();
  resolve(account);
  expect(await readPortal()).not.toBeNull();
});

it('does not ask again for a minute after it was refused', async () => {
  const readAccount = vi.fn(async () => account).mockRejectedValueOnce(new Error('refused'));
  const readPortal = createPortalReader({ readAccount });
  expect([await readPortal(), await readPortal()]).toEqual([null, null]);
  vi.advanceTimersByTime(60_000);
  expect(await readPortal()).not.toBeNull();
  expect(readAccount).toHaveBeenCalledTimes(2);
});
