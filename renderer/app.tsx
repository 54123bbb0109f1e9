import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './styles.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { ConnectorsScreen } from './screens/connectors/connectors-screen.tsx';
import { FormScreen } from './screens/form/form-screen.tsx';
import { QueueScreen } from './screens/queue/queue-screen.tsx';
import { RequestScreen } from './screens/request/request-screen.tsx';
import { SandboxScreen } from './screens/sandbox/sandbox-screen.tsx';
import { Shell } from './screens/shell/shell.tsx';
import { type AppStores, StoresProvider } from './stores/app-stores.tsx';
import { followChanges } from './stores/follow-changes.ts';
import { useRoute } from './stores/route.ts';
import { cssVariablesResolver, theme } from './theme.ts';

export function App({ stores }: { stores: AppStores }) {
  useEffect(() => followChanges(stores), [stores]);
  return (
    <StoresProvider stores={stores}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
        <Notifications position="bottom-right" containerWidth={380} transitionDuration={120} />
        <Shell>
          <CurrentScreen />
        </Shell>
      </MantineProvider>
    </StoresProvider>
  );
}

function CurrentScreen() {
  const route = useRoute();
  switch (route.screen) {
    case 'queue':
      return <QueueScreen />;
    case 'request':
      return <RequestScreen key={route.requestId} requestId={route.requestId} />;
    case 'form':
      return <FormScreen />;
    case 'sandbox':
      return <SandboxScreen />;
    case 'connectors':
      return <ConnectorsScreen system={route.system} />;
  }
}
