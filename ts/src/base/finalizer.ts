// The net below `close()`. If the garbage collector takes a database that nobody has closed, the
// worker ends. Otherwise the worker would live as long as the page. A platform without finalizers
// has no net.

let registry: FinalizationRegistry<() => unknown> | undefined;

/** Calls `end` some time after `owner` was collected. `end` must not refer to the owner. */
export function onceForgotten(owner: object, end: () => unknown): void {
  if (typeof FinalizationRegistry !== 'function') return;
  registry ??= new FinalizationRegistry((run) => run());
  registry.register(owner, end, owner);
}

/** Closes `host` some time after `owner` was collected. The host must not refer to its owner. */
export function closeWithOwner(owner: object, host: { close(): Promise<void> }): void {
  onceForgotten(owner, () => host.close().catch(() => {}));
}

/** The owner has ended by itself: nothing is left to call. */
export function forget(owner: object): void {
  registry?.unregister(owner);
}

/** Calls `listener` as long as the owner refers to the listener. */
export function weakly<T>(listener: (value: T) => void): (value: T) => void {
  if (typeof WeakRef !== 'function') return listener;
  const weak = new WeakRef(listener);
  return (value) => weak.deref()?.(value);
}
