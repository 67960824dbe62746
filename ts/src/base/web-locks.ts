// The platform's Web Locks: by these, the tabs and workers of a site exclude or find each other.

/** Undefined if there are none: in insecure contexts, old browsers, and Node before version 24. */
export function webLocks(): LockManager | undefined {
  return typeof navigator === 'object' ? navigator.locks : undefined;
}
