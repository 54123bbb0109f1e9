import type { ConnectedSystem } from '../model/connection.ts';

/**
 * How an admin connects a system: what to create at the vendor, and what to enter here. A field's value is kept under
 * the name of its environment variable, so that the screen, `doctor` and a headless run speak of the same thing. What
 * a value has to look like stands beside the guide as `<system>Variables`, which the configuration reads too.
 */
export interface SetUpGuide {
  system: ConnectedSystem;
  /** As people know it: `Microsoft Teams`. */
  title: string;
  /** What it is connected for, in a sentence. */
  purpose: string;
  steps: readonly SetUpStep[];
  permissions: readonly SetUpPermission[];
  fields: readonly SetUpField[];
  /** Null where the entered values are all that is needed. */
  signIn: SetUpSignIn | null;
}

/** One thing to do at the vendor, in order. */
export interface SetUpStep {
  text: string;
  link?: { label: string; url: string };
  /** Text to copy to the vendor, such as an app manifest. */
  copy?: { label: string; text: string };
}

/** What has to be allowed at the vendor: a scope, a permission, a right of the account. */
export interface SetUpPermission {
  /** As the vendor writes it: `users:read.email`. */
  name: string;
  why: string;
}

export interface SetUpField {
  /** The environment variable that holds it. */
  variable: string;
  label: string;
  kind: 'text' | 'address' | 'choice' | 'list' | 'secret' | 'secret file';
  isRequired: boolean;
  /** Where to find it at the vendor. */
  help?: string;
  placeholder?: string;
  choices?: readonly { value: string; label: string }[];
  /** Shown and read only where another field has one of these values. */
  onlyWhen?: { variable: string; values: readonly string[] };
  /** What holds where nothing is entered. */
  default?: string;
  /** Rarely changed: shown apart. */
  isAdvanced?: boolean;
  /** Secrets are sent there: they must be entered again when it changes. */
  isSecretsTarget?: boolean;
}

export interface SetUpSignIn {
  /** On the button: `Sign in to Salesforce`. */
  label: string;
  /** Why, and with which account. */
  help: string;
  ways: readonly ('browser' | 'code')[];
  onlyWhen?: { variable: string; values: readonly string[] };
}
