/** A value with watchers. A new value calls the watchers. The page needs no other kind of state. */
export class Cell<T> {
  #value: T;
  #watchers: ((value: T) => void)[] = [];

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    for (const watcher of this.#watchers) watcher(value);
  }

  /** Calls `watcher` now and after every change. */
  watch(watcher: (value: T) => void): void {
    this.#watchers.push(watcher);
    watcher(this.#value);
  }
}
