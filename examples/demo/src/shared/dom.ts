/** The element with this id, of the type in the markup. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as unknown as T;
}

type Child = Node | string;
type Attributes = Record<string, string | number | boolean | undefined>;

function assign(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  assign(element, attributes);
  element.append(...children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  assign(element, attributes);
  element.append(...children);
  return element;
}

/**
 * Name and value pairs of a `<dl>`. Updates existing elements instead of replacing them, because a
 * replaced element would move the cursor of a screen reader.
 */
export function facts(list: HTMLElement, pairs: readonly (readonly [name: string, value: string])[]): void {
  const rows = pairs.map(([name, value], i) => {
    const row = list.children[i] ?? html('div', {}, html('dt'), html('dd'));
    const [term, detail] = row.children as unknown as [HTMLElement, HTMLElement];
    if (term.textContent !== name) term.textContent = name;
    if (detail.textContent !== value) detail.textContent = value;
    return row;
  });
  if (rows.length !== list.children.length || rows.some((row) => row.parentNode !== list))
    list.replaceChildren(...rows);
}

/** Announces a text to screen readers only. */
export function announce(text: string): void {
  byId('announcer').textContent = text;
}
