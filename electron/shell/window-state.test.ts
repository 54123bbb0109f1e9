import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepWindowState, readWindowState, type WindowState } from './window-state.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };
const state: WindowState = { bounds: { x: 40, y: 30, width: 1200, height: 800 }, isMaximized: false };
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'switchyard-window-'));
  file = path.join(folder, 'window.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('finds the window where it was left', () => {
  keepWindowState(file, state);
  expect(readWindowState(file, [display])).toEqual(state);
});

it('forgets a place on a display that is gone', () => {
  keepWindowState(file, { ...state, bounds: { ...state.bounds, x: 2500 } });
  expect(readWindowState(file, [display])).toBeNull();
});

it('forgets what was never kept or cannot be read', () => {
  expect(readWindowState(file, [display])).toBeNull();
  writeFileSync(file, '{"bounds":{"x":"left"}}');
  expect(readWindowState(file, [display])).toBeNull();
});
