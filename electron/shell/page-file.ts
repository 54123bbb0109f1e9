import path from 'node:path';
import { desktopOrigin } from '../../shared/contract/wire.ts';

/**
 * The file, relative to the page's folder, that an address of the page stands for; null for other hosts and for
 * whatever would leave the folder.
 */
export function pageFile(pageDir: string, address: string): string | null {
  const url = new URL(address);
  if (`${url.protocol}//${url.host}` !== desktopOrigin) return null;
  const name = decoded(url.pathname);
  if (name === null || name.includes('\0') || name.includes('\\')) return null;
  const inside = path.relative(pageDir, path.join(pageDir, name === '/' ? 'index.html' : name));
  const leavesFolder = inside === '' || inside.startsWith('..') || path.isAbsolute(inside);
  return leavesFolder ? null : inside;
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
