/** Shorter ones would also be found in ordinary words. */
const shortestSecret = 6;

/**
 * A function that takes these secrets out of a text. No text of ours holds one; but a vendor may send back in its own
 * words what it was sent.
 */
export function concealing(secrets: readonly string[]): (text: string) => string {
  const found = secrets.filter(({ length }) => length >= shortestSecret);
  return (text) => found.reduce((shown, secret) => shown.replaceAll(secret, '•••'), text);
}
