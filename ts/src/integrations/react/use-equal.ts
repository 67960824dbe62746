import { useRef } from 'react';

/** The value of an earlier rendering, as long as the value of this rendering is equal. */
export function useEqual<T>(value: T, equal: (a: T, b: T) => boolean): T {
  const held = useRef(value);
  // Written during rendering. React may throw a rendering away, and then the next rendering finds a
  // newer value here. The next rendering compares again, so nothing depends on the order.
  if (!equal(held.current, value)) held.current = value;
  return held.current;
}
