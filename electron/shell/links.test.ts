import { expect, it } from 'vitest';
import { isSafeLink } from './links.ts';

it('hands only plain https links to the browser of the system', () => {
  const links = [
    'https://northwind.lightning.force.com/lightning/r/Lead/00Q000000000001/view',
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://server/share',
    'https://example.com@attacker.example/',
    'not a link',
  ];
  expect(links.filter(isSafeLink)).toEqual([links[0]]);
});
