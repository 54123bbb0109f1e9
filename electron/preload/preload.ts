import { ipcRenderer } from 'electron';
import { portChannel } from '../../shared/contract/wire.ts';

// The page gets the ports that the shell sends, and nothing else of what this script could reach.
ipcRenderer.on(portChannel, (event) => {
  window.postMessage(portChannel, window.location.origin, event.ports);
});
