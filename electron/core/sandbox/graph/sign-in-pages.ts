import type { StandInReply } from '../stand-in.ts';
import { ownAccount } from './own-account.ts';

/** The pages that a browser is shown when the account signs in. They load nothing from elsewhere. */

/** Asks whether the account is to be used; the answer comes back to `action` with the hidden fields. */
export function consentPage(
  action: string,
  hidden: Readonly<Record<string, string>>,
  scope: string,
): StandInReply {
  const permissions = scope
    .split(' ')
    .filter(Boolean)
    .map((name) => `<li>${escaped(name.split('/').at(-1) ?? name)}</li>`);
  return page(
    'Sign in',
    `<p>Switchyard asks to act as <b>${escaped(ownAccount.email)}</b>:</p>
    <ul>${permissions.join('')}</ul>
    <form method="post" action="${escaped(action)}">${hiddenFields(hidden)}
      <button name="answer" value="accept">Accept</button>
      <button name="answer" value="refuse">Cancel</button>
    </form>`,
  );
}

/** Asks for the code that the program shows. */
export function codePage(action: string, problem: string | null): StandInReply {
  return page(
    'Enter the code',
    `${problem === null ? '' : `<p role="alert">${escaped(problem)}</p>`}
    <form method="post" action="${escaped(action)}">
      <label>Code <input name="code" autocomplete="off" autofocus></label>
      <button name="answer" value="accept">Sign in as ${escaped(ownAccount.email)}</button>
      <button name="answer" value="refuse">Refuse</button>
    </form>`,
  );
}

export function donePage(text: string): StandInReply {
  return page('Microsoft', `<p>${escaped(text)}</p>`);
}

/** Sends the fields on to the program, as a browser does by itself; the button is for one without scripts. */
export function sendOnPage(action: string, fields: Readonly<Record<string, string>>): StandInReply {
  return page(
    'One moment',
    `<form method="post" action="${escaped(action)}">${hiddenFields(fields)}<button>Continue</button></form>
    <script>document.forms[0].submit()</script>`,
  );
}

function page(title: string, content: string): StandInReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font: 16px system-ui; max-width: 28em; margin: 12vh auto"><h1 style="font-size: 20px">${title}</h1>${content}</body></html>`,
  };
}

function hiddenFields(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
