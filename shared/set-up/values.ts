import { z } from 'zod';

/** A value that is there: blanks around it are none of it. */
export const text = z.string().trim().min(1, 'is empty');

const isEncryptedOrHere = /^(https:\/\/|http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$))/i;

/** An address that secrets are sent to, without a slash at the end: https, and http on this machine only. */
export const address = z
  .url({ protocol: /^https?$/, error: 'is no https address' })
  .regex(
    isEncryptedOrHere,
    'begins with http://, where anybody on the way can read the secrets: use https://',
  )
  .transform((url) => url.replace(/\/+$/, ''));

/** What stands between blanks, commas or line ends. */
export const list = z.string().transform((words) => words.split(/[\s,]+/).filter((word) => word !== ''));
