/**
 * A vector as a strip of colours. Near rows have similar strips, so a user can see why a row is a
 * hit.
 */
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

/** Forgets the colours read from the style sheet. Call this when the theme changes. */
export function resetPalette(): void {
  palette = null;
}

/**
 * Draws the first 128 numbers: positive numbers in one colour, negative numbers in the other. The
 * strength of the colour is the magnitude relative to `reference`.
 */
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

/** The root mean square. With the maximum, a single outlier would turn all other cells pale. */
function spread(vector: ArrayLike<number>, cells: number): number {
  let sum = 0;
  for (let i = 0; i < cells; i++) sum += (vector[i] ?? 0) ** 2;
  return Math.sqrt(sum / cells);
}
