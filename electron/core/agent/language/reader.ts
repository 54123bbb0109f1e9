/** One message of a thread, as it came in. */
export interface SpokenMessage {
  /** E-mail of who wrote it; null where unknown. */
  author: string | null;
  /** The chat's own mark-up. */
  text: string;
}

/** Somebody whose name may occur in a message without being the lead. */
export interface KnownName {
  email: string;
  name: string;
  /** The chat's user id, as mentions spell it. */
  chatId: string | null;
  /** Whether they can own leads now: only such a person is meant by a first name. */
  isActiveOwner: boolean;
}

export interface ReadingInput {
  /** The requester's words, oldest first; the first opened the request. */
  messages: readonly SpokenMessage[];
  /** What a form's field for the target record says, if there is one. */
  targetRecord: string | null;
  requester: string | null;
  knownNames: readonly KnownName[];
}

export interface NamedLead {
  /** A person's full name, or one word of it. */
  name: string | null;
  company: string | null;
}

/** What one message (or the form's field) refers to. */
export interface References {
  records: { system: 'salesforce' | 'hubspot'; id: string }[];
  /** Lower case; never those of known people. */
  emails: string[];
  /** Best first; more than one where the words can be read in several ways. */
  names: NamedLead[];
  /** A choice among candidates that were named to the requester: `the second one` is 2, the last one -1. */
  ordinal: number | null;
}

/** The typed fields of a request. A reader reports what was said; it decides nothing. */
export interface Reading {
  /** `unclear` where nothing speaks of routing, but something may name a lead. */
  scope: 'routing' | 'other' | 'unclear';
  isQuestion: boolean;
  /** By message, oldest first; what a form's field holds follows the words that came with it. */
  references: References[];
  /** E-mail of the person named as the one who should have the lead. */
  askedOwner: string | null;
  urgency: 'urgent' | 'can_wait' | null;
  /** The latest message takes the request back. */
  isWithdrawn: boolean;
}

/** Reads free text into typed fields: by rules here, by a model elsewhere. */
export interface LanguageReader {
  read(input: ReadingInput): Promise<Reading>;
}
