import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(400),
  height: z.number().int().min(300),
});
const WindowState = z.object({ bounds: Bounds, isMaximized: z.boolean() });

/** In device-independent pixels, on the desktop that spans all displays. */
export type Rectangle = z.infer<typeof Bounds>;
export type WindowState = z.infer<typeof WindowState>;

const visibleEdge = 100;

/** Where the window was last; null when that is not known, or lies on a display that is no longer there. */
export function readWindowState(file: string, displays: readonly Rectangle[]): WindowState | null {
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
  const { data } = WindowState.safeParse(stored);
  return data !== undefined && displays.some((display) => isVisibleOn(display, data.bounds)) ? data : null;
}

export function keepWindowState(file: string, state: WindowState): void {
  writeFileSync(file, JSON.stringify(state));
}

/** Enough of the window's upper edge is on the display to take hold of it. */
function isVisibleOn(display: Rectangle, { x, y, width }: Rectangle): boolean {
  const isWithinWidth = x + width - visibleEdge > display.x && x + visibleEdge < display.x + display.width;
  return isWithinWidth && y >= display.y && y + visibleEdge < display.y + display.height;
}
