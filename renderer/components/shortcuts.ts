import { useEffect, useEffectEvent, useRef } from 'react';

/** Keys to actions: `j`, `ArrowDown`, `mod+k`, or two keys one after the other: `g q`. */
export type Shortcuts = Readonly<Record<string, (() => unknown) | undefined>>;

const sequencePauseMs = 1_000;
/** Where keys belong to what has the focus: fields, dialogs and open lists. */
const ownKeys = 'input, textarea, select, [contenteditable=true], [role=dialog], [role=listbox], [role=menu]';
const pressable = 'a, button, summary, [role=button], [role=separator]';

const keyName = (event: KeyboardEvent): string =>
  `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.key.length === 1 && event.key !== '?' ? event.key.toLowerCase() : event.key}`;

function isTyped(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.altKey || event.defaultPrevented || target?.closest(ownKeys)) return true;
  return event.key === 'Enter' && target?.closest(pressable) !== null && target !== null;
}

/** Sequences are heard before single keys, so `g f` never reaches what `f` does on a screen. */
export function useShortcuts(shortcuts: Shortcuts, { areSequences = false } = {}): void {
  const prefix = useRef<{ key: string; at: number } | null>(null);

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (isTyped(event)) return;
    const key = keyName(event);
    const begun = prefix.current;
    prefix.current = null;
    const isFollowing = begun !== null && event.timeStamp - begun.at < sequencePauseMs;
    const action = (isFollowing ? shortcuts[`${begun.key} ${key}`] : undefined) ?? shortcuts[key];
    if (action) {
      event.preventDefault();
      event.stopImmediatePropagation();
      action();
    } else if (Object.keys(shortcuts).some((name) => name.startsWith(`${key} `))) {
      prefix.current = { key, at: event.timeStamp };
      event.stopImmediatePropagation();
    }
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', listener, { capture: areSequences });
    return () => window.removeEventListener('keydown', listener, { capture: areSequences });
  }, [areSequences]);
}
