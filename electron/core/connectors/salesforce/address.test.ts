import { describe, expect, it } from 'vitest';
import { assertionAudience, salesforceAddress } from './address.ts';

describe('the address of an organisation', () => {
  it.each([
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com', 'my domain', false],
    ['https://ACME.my.salesforce.com/', 'https://acme.my.salesforce.com', 'my domain', false],
    [
      'https://acme.lightning.force.com/lightning/page/home',
      'https://acme.my.salesforce.com',
      'my domain',
      false,
    ],
    [
      'https://acme--uat.sandbox.lightning.force.com',
      'https://acme--uat.sandbox.my.salesforce.com',
      'my domain',
      true,
    ],
    [
      'https://acme--uat.sandbox.my.salesforce-setup.com/lightning/setup/SetupOneHome/home',
      'https://acme--uat.sandbox.my.salesforce.com',
      'my domain',
      true,
    ],
    ['https://acme--uat.my.salesforce.com', 'https://acme--uat.my.salesforce.com', 'my domain', true],
    [
      'https://acme-dev-ed.develop.lightning.force.com',
      'https://acme-dev-ed.develop.my.salesforce.com',
      'my domain',
      false,
    ],
    [
      'https://speed-1234.scratch.lightning.force.com',
      'https://speed-1234.scratch.my.salesforce.com',
      'my domain',
      true,
    ],
    ['https://login.salesforce.com', 'https://login.salesforce.com', 'login page', false],
    ['https://test.salesforce.com', 'https://test.salesforce.com', 'login page', true],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010', 'this machine', false],
    ['https://crm.acme.example', 'https://crm.acme.example', 'custom domain', false],
    [
      'https://login.salesforce.com.evil.example',
      'https://login.salesforce.com.evil.example',
      'custom domain',
      false,
    ],
  ])('%s', (url, origin, kind, isSandbox) => {
    expect(salesforceAddress(url)).toEqual({ origin, kind, isSandbox });
  });

  it.each([
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://crm.acme.example', 'https://login.salesforce.com'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
    ['http://localhost:4010', 'http://localhost:4010'],
  ])('%s takes a JWT for %s', (url, audience) => {
    expect(assertionAudience(salesforceAddress(url))).toBe(audience);
  });
});
