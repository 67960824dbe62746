/** A vector as a strip of colours: nearest rows look alike, which makes a hit something one can see. */
const CELLS = 128;

function colour(name: string): [number, number, number] {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  probe.hidden = true;
  document.body.append(probe);
  const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return [r, g, b];
}

let palette: { positive: [number, number, number]; negative: [number, number, number] } | null = null;

/** Forgets the colours read from the style sheet; call when the theme changes. */
export function resetPalette(): void {
  palette = null;
}

/** The first 128 numbers, positive in one colour and negative in the other, by magnitude relative to `reference`. */
export function fingerprint(canvas: HTMLCanvasElement, vector: ArrayLike<number>, reference = vector): void {
  palette ??= { positive: colour('--accent'), negative: colour('--warm') };
  const cells = Math.min(CELLS, vector.length);
  canvas.width = cells;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(cells, 1);
  const scale = 1 / (2.2 * spread(reference, cells) || 1);
  const own = spread(vector, cells);
  const norm = own > 0 ? spread(reference, cells) / own : 1;
  for (let i = 0; i < cells; i++) {
    const value = (vector[i] ?? 0) * norm * scale;
    const [r, g, b] = value >= 0 ? palette.positive : palette.negative;
    image.data.set([r, g, b, Math.min(1, Math.abs(value)) * 255], i * 4);
  }
  context.putImageData(image, 0, 0);
}

/** Root mean square: one outlier must not turn all else pale. */
function spread(vector: ArrayLike<number>, cells: number): number {
  let sum = 0;
  for (let i = 0; i < cells; i++) sum += (vector[i] ?? 0) ** 2;
  return Math.sqrt(sum / cells);
}
