import { useEffect, useRef, useState } from 'react';

export interface LeaveGuard {
  /** Somebody wants to leave and has to answer first. */
  isAsking: boolean;
  stay(): void;
  leave(): void;
}

/** While something would be lost, no link, key or step back leaves this address before the person has said so. */
export function useLeaveGuard(isHeld: boolean): LeaveGuard {
  const [wantedHash, setWantedHash] = useState<string | null>(null);
  const isFree = useRef(false);

  useEffect(() => {
    if (!isHeld) return;
    isFree.current = false;
    const hereHash = window.location.hash;
    const onHashChange = (event: HashChangeEvent) => {
      if (isFree.current || window.location.hash === hereHash) return;
      // Before the screens hear of it.
      event.stopImmediatePropagation();
      setWantedHash(window.location.hash);
      window.history.replaceState(window.history.state, '', hereHash);
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('hashchange', onHashChange, { capture: true });
    window.addEventListener('beforeunload', onUnload);
    return () => {
      window.removeEventListener('hashchange', onHashChange, { capture: true });
      window.removeEventListener('beforeunload', onUnload);
    };
  }, [isHeld]);

  return {
    isAsking: wantedHash !== null,
    stay: () => setWantedHash(null),
    leave() {
      isFree.current = true;
      if (wantedHash !== null) window.location.hash = wantedHash;
      setWantedHash(null);
    },
  };
}
