// What all scenes draw with.

export type Context = OffscreenCanvasRenderingContext2D;

/** A canvas of a scene, with random numbers of its own. */
export class Brush {
  constructor(
    readonly context: Context,
    readonly width: number,
    readonly height: number,
    readonly random: () => number,
  ) {}

  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  /** Fills the rows from `top` to `bottom` with a vertical gradient. */
  gradient(top: number, bottom: number, colours: readonly string[]): void {
    const gradient = this.context.createLinearGradient(0, top, 0, bottom);
    for (const [i, colour] of colours.entries()) gradient.addColorStop(i / (colours.length - 1), colour);
    this.context.fillStyle = gradient;
    this.context.fillRect(0, top, this.width, bottom - top);
  }

  disc(x: number, y: number, radius: number, colour: string): void {
    this.context.fillStyle = colour;
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fill();
  }

  /** Fills everything below a line of hills. `roughness` 0 gives soft hills, 1 gives peaks. */
  ridge(level: number, height: number, roughness: number, colour: string): void {
    const { context, width } = this;
    const waves = [1, 2, 3, 5, 8, 13].map((times) => ({
      times: times * this.between(0.8, 1.3),
      phase: this.between(0, 2 * Math.PI),
      size: times < 3 ? 1 / times : roughness / times,
    }));
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, this.height);
    for (let x = 0; x <= width; x += 2) {
      const sum = waves.reduce((all, { times, phase, size }) => {
        const angle = (x / width) * Math.PI * times + phase;
        const peak = 1 - 2 * Math.abs(((angle / Math.PI) % 1) - 0.5) * 2;
        return all + size * (roughness > 0.5 ? peak : Math.sin(angle));
      }, 0);
      context.lineTo(x, level - (height * sum) / 2);
    }
    context.lineTo(width, this.height);
    context.fill();
  }
}
