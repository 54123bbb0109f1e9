import { type ReactNode, useEffect, useState } from 'react';

const patienceMs = 150;

/** Shows its children only after a moment, so that a quick answer makes nothing flash. */
export function Late({ children }: { children: ReactNode }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return isLate ? children : null;
}
