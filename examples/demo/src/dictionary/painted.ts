/**
 * Resolves when the browser has painted the page as it is now: the first task after the next
 * frame's drawing. In a hidden page, no frame comes and the promise stays pending.
 */
export function painted(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  });
}
