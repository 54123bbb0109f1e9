import type { ChatActionEvent, ChatEvent } from '../connectors/connector.ts';
import { type ChatIntakeOptions, takeInMessage } from './chat.ts';
import { takeInDeletion, takeInEdit } from './chat-changes.ts';
import { takeInReport } from './chat-report.ts';

/** Takes in whatever was said in a chat; button presses decide, and are no part of it. Resolves once it is stored. */
export async function takeInChatEvent(
  options: ChatIntakeOptions,
  event: Exclude<ChatEvent, ChatActionEvent>,
): Promise<void> {
  switch (event.kind) {
    case 'message':
      await takeInMessage(options, event);
      return;
    case 'edit':
      await takeInEdit(options, event);
      return;
    case 'deletion':
      await takeInDeletion(options, event);
      return;
    case 'report':
      await takeInReport(options, event);
      return;
  }
}
