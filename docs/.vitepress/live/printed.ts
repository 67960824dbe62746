// The text of a value that an example prints, as the consoles of Node and browsers show values.

/** The text of a value inside of another value: strings have quotes. */
function inside(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(inside).join(', ')} ]`;
  if (ArrayBuffer.isView(value) && 'length' in value) {
    return `${value.constructor.name}(${value.length}) ${inside([...(value as unknown as Iterable<unknown>)])}`;
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${inside(field)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

/** A line of the output. */
export const printed = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : inside(value))).join(' ');
