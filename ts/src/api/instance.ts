// The own properties of a database object. Frameworks wrap objects in proxies, people take methods
// off objects, and consoles show own properties.

/** A database in words, for `console.log` of Node, Bun and Deno. */
const NODE_INSPECT = Symbol.for('nodejs.util.inspect.custom');

type Inspect = (value: unknown, options: object) => string;

/**
 * Gives the object own properties with these values, for everybody to read. A property without a
 * value is there, and consoles do not list the property.
 */
export function showFacts(db: object, facts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(db, name, { value, enumerable: value !== undefined, configurable: true });
  }
}

/**
 * Gives the object each method of its class as an own function. The function works without the
 * object (`const { search } = db`), and also through a proxy, since private fields cannot be read
 * through a proxy. The function looks the method up at each call, so a test may replace the method
 * of the class.
 */
export function ownMethods(db: object, prototype: object): void {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'constructor') continue;
    const own = (...args: unknown[]): unknown => {
      const method = Reflect.get(Object.getPrototypeOf(db), name) as (...args: unknown[]) => unknown;
      return Reflect.apply(method, db, args);
    };
    Object.defineProperty(own, 'name', { value: name });
    // Not enumerable: consoles and copies leave the functions out.
    Object.defineProperty(db, name, { value: own, writable: true, configurable: true });
  }
}

/**
 * Says how Node shows the object.
 *
 * @param details what changes, in addition to the enumerable properties
 */
export function showInNode(db: object, details: () => object): void {
  const show = (_depth: number, options: object, inspect: Inspect): string => {
    const known = Object.entries({ ...db, ...details() }).filter(([, value]) => value !== undefined);
    return `EdgeVec ${inspect(Object.fromEntries(known), options)}`;
  };
  Object.defineProperty(db, NODE_INSPECT, { value: show, configurable: true });
}
