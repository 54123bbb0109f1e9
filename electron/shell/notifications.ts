import { Notification } from 'electron';
import type { Notifier } from '../core/ports.ts';

/** The system's own notifications; a click brings the request to the front. */
export function createDesktopNotifier(showRequest: (requestId: string) => void): Notifier {
  return {
    notify({ title, body, requestId }) {
      if (!Notification.isSupported()) return;
      const notification = new Notification({ title, body });
      notification.on('click', () => showRequest(requestId));
      notification.show();
    },
  };
}
