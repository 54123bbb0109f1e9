/**
 * Whether a link may be handed to the system's browser: https, and no credentials in the address that would make
 * one site look like another.
 */
export function isSafeLink(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return protocol === 'https:' && username === '' && password === '';
}
