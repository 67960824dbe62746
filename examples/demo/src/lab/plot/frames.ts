import type { FrameMeter } from '../frames';

const BAR = 2;
const HEIGHT = 44;
/** The gap in milliseconds that fills the strip. A user feels a gap of 50 ms. */
const FULL = 100;
const HITCH = 50;

/**
 * Draws the latest frame gaps as bars, the newest at the right, and a line at the gap that a user
 * feels.
 */
export function drawFrames(canvas: HTMLCanvasElement, meter: FrameMeter): void {
  const width = Math.floor(canvas.clientWidth);
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.floor(width * ratio)) {
    canvas.width = Math.floor(width * ratio);
    canvas.height = HEIGHT * ratio;
  }
  const context = canvas.getContext('2d');
  if (!context) return;
  const style = getComputedStyle(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  context.fillStyle = style.getPropertyValue('border-bottom-color');
  context.fillRect(0, HEIGHT - height(HITCH), width, 1);
  const gaps = meter.gaps.slice(-Math.floor(width / (BAR + 1)));
  gaps.forEach((gap, i) => {
    context.fillStyle = style.getPropertyValue(gap >= HITCH ? 'outline-color' : 'color');
    const x = width - (gaps.length - i) * (BAR + 1);
    context.fillRect(x, HEIGHT - height(gap), BAR, height(gap));
  });
}

/** The square root makes both 8 and 80 ms readable. */
function height(gap: number): number {
  return Math.max(1.5, Math.sqrt(Math.min(gap, FULL) / FULL) * HEIGHT);
}
