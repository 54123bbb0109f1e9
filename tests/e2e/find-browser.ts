import { accessSync, constants } from 'node:fs';
import { chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** `SWITCHYARD_BROWSER`, a Chromium or Chrome of the system, or the one that Playwright has installed; else null. */
export function findBrowser(): string | null {
  const named = process.env.SWITCHYARD_BROWSER;
  if (named !== undefined && named !== '') return isExecutable(named) ? named : null;
  return [...usualPlaces, chromium.executablePath()].find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
