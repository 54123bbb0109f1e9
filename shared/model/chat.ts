/** A message of a chat, by the vendor's ids. */
export interface ChatPlace {
  channel: string;
  message: string;
}

/** A file that was sent with a message. It stays at the vendor until it is fetched. */
export interface ChatFile {
  /** The vendor's id. */
  id: string;
  name: string;
  mediaType: string;
  sizeBytes: number;
  /** Where the vendor gives it out; null where that has to be asked for. */
  url: string | null;
}

/** People whom a chat knows under one name. */
export interface ChatGroup {
  id: string;
  /** As it is written after the `@`, in lower case. */
  handle: string;
  /** The vendor's user ids, as they stand in the group. */
  members: string[];
}
