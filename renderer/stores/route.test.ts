import { expect, test } from 'vitest';
import { hashOf, parseRoute, type Route } from './route.ts';

test('every route is found again by its own hash', () => {
  const routes: Route[] = [
    { screen: 'queue' },
    { screen: 'form' },
    { screen: 'sandbox' },
    { screen: 'connectors', system: null },
    { screen: 'connectors', system: 'slack' },
    { screen: 'request', requestId: 'REV-1048' },
  ];
  expect(routes.map((route) => parseRoute(hashOf(route)))).toEqual(routes);
});

test('what is not known opens the queue', () => {
  expect(['', '#', '#/nowhere', '#/requests/', '#/requests/%E0%A4%A'].map(parseRoute)).toEqual(
    Array.from({ length: 5 }, () => ({ screen: 'queue' })),
  );
});
