import { expect, it } from 'vitest';
import { pageFile } from './page-file.ts';

it('serves what lies in the folder of the page, and its index for the bare address', () => {
  const files = ['switchyard://console/', 'switchyard://console/assets/index-1.js?v=2#/queue'].map(
    (address) => pageFile('/app/out/renderer', address),
  );
  expect(files).toEqual(['index.html', 'assets/index-1.js']);
});

it.each([
  'switchyard://elsewhere/index.html',
  'switchyard://console/..%2f..%2fetc%2fpasswd',
  'switchyard://console/assets/%2e%2e%2f%2e%2e%2fmain/shell.js',
  'switchyard://console/..%5c..%5csecret',
  'switchyard://console/index.html%00.js',
  'switchyard://console/%E0%A4%A',
])('refuses %s', (address) => {
  expect(pageFile('/app/out/renderer', address)).toBeNull();
});
