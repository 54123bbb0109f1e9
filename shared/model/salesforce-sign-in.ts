/**
 * Where Salesforce sends a browser back to after a sign-in: a port of this machine on which the program listens while
 * it waits. The app at Salesforce has to name it letter for letter, so it never changes.
 */
export const salesforceCallbackUrl = 'http://localhost:8717/salesforce';
