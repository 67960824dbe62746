import { html } from '../../shared/dom';

interface PlotText {
  title: string;
  /** A sentence with the content of the plot, for readers who do not see the plot. */
  summary: string;
  head: string[];
  rows: string[][];
}

/**
 * Draws the plot at the current width, and again after every change of the width. Text therefore
 * keeps its size on a phone.
 */
export function mountPlot(figure: HTMLElement, text: PlotText, draw: (width: number) => SVGElement): void {
  const area = html('div', { class: 'plot', role: 'img', 'aria-label': text.summary });
  const open = figure.querySelector('details')?.open ?? false;
  figure.replaceChildren(
    html('figcaption', {}, html('h3', {}, text.title), html('p', { class: 'note' }, text.summary)),
    area,
    html('details', { open }, html('summary', {}, 'As a table'), table(text)),
  );
  figure.hidden = false;
  observers.get(figure)?.disconnect();
  let drawn = 0;
  const redraw = () => {
    const width = Math.floor(area.clientWidth);
    if (width > 0 && width !== drawn) area.replaceChildren(draw(width));
    drawn = width;
  };
  // Waits for the next frame, since a plot may add a scroll bar, and change the observed width.
  const observer = new ResizeObserver(() => requestAnimationFrame(redraw));
  observer.observe(area);
  observers.set(figure, observer);
}

const observers = new WeakMap<HTMLElement, ResizeObserver>();

function table({ title, head, rows }: PlotText): HTMLElement {
  return html(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${title}, table` },
    html(
      'table',
      {},
      html('thead', {}, html('tr', {}, ...head.map((cell) => html('th', { scope: 'col' }, cell)))),
      html(
        'tbody',
        {},
        ...rows.map(([first = '', ...rest]) =>
          html('tr', {}, html('th', { scope: 'row' }, first), ...rest.map((cell) => html('td', {}, cell))),
        ),
      ),
    ),
  );
}
