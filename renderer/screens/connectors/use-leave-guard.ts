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
    const onNavigate = (event: NavigateEvent) => {
      if (isFree.current || !event.hashChange || !event.cancelable) return;
      event.preventDefault();
      setWantedHash(new URL(event.destination.url).hash);
    };
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    // Where a browser has no `navigation`, only leaving the page itself is asked about.
    window.navigation?.addEventListener('navigate', onNavigate);
    window.addEventListener('beforeunload', onUnload);
    return () => {
      window.navigation?.removeEventListener('navigate', onNavigate);
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
