/** An escalation as an approver sees it in chat. Each connector draws it in its vendor's own blocks. */
export interface DecisionCard {
  requestId: string;
  version: number;
  title: string;
  /** Paragraphs in plain text. */
  summary: string[];
  fields: { label: string; value: string }[];
  quotes: { text: string; from: string; url: string | null }[];
  proposal: { owner: string; name: string } | null;
  options: { owner: string; name: string; why: string }[];
}

/** Where an outgoing message goes: a thread or channel, or a person by direct message. */
export type ChatDestination = { channel: string; thread: string | null } | { user: string };
