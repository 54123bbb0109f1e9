import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './app.tsx';
import { createAppStores } from './stores/app-stores.tsx';
import { createConnection } from './transport/connect.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root"');

// The page's security policy forbids code made from text, which zod would try.
config({ jitless: true });

// Before anything else: the connection takes the access token out of the address's hash, which then is the route's.
const stores = createAppStores(createConnection());
createRoot(root).render(
  <StrictMode>
    <App stores={stores} />
  </StrictMode>,
);
