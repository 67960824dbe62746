// The sample pictures: scenes that the worker draws, so the app ships no image files.

import type { Brush } from './brush';

/** What a caption would say of a scene. */
export interface Caption {
  readonly title: string;
  readonly tags: readonly string[];
}

interface Light {
  readonly name: string;
  readonly sky: readonly string[];
  readonly sun: string;
  readonly haze: readonly [number, number, number];
}

const LIGHTS: readonly Light[] = [
  { name: 'dawn', sky: ['#5b6fa8', '#d9a5b3', '#f8dcb4'], sun: '#fff1c9', haze: [200, 160, 175] },
  { name: 'noon', sky: ['#2f7fd0', '#86c1ee', '#d9eefb'], sun: '#fffbe6', haze: [150, 190, 225] },
  { name: 'dusk', sky: ['#2d2150', '#b8405e', '#ff9a4d'], sun: '#ffd08a', haze: [190, 90, 90] },
  { name: 'night', sky: ['#050914', '#101b3a', '#23335f'], sun: '#e8ecf7', haze: [40, 55, 100] },
  { name: 'rain', sky: ['#59646e', '#87929a', '#b4bcc0'], sun: '#cfd5d8', haze: [140, 150, 156] },
];

const rgb = (parts: readonly number[]): string => `rgb(${parts.map(Math.round).join(' ')})`;

/** A colour between two. `share` 0 gives the first colour. */
const mix = (a: readonly number[], b: readonly number[], share: number): string =>
  rgb(a.map((part, i) => part + ((b[i] ?? 0) - part) * share));

function sky(brush: Brush, light: Light, horizon: number): void {
  brush.gradient(0, horizon + 1, light.sky);
  if (light.name === 'rain') return;
  if (light.name === 'night') {
    for (let i = 0; i < 60; i++) {
      brush.disc(brush.between(0, brush.width), brush.between(0, horizon), brush.between(0.4, 1.2), '#dfe6ff');
    }
  }
  const size = brush.between(0.05, 0.1) * Math.min(brush.width, brush.height);
  const low = light.name === 'dawn' || light.name === 'dusk';
  const y = low ? horizon - size * brush.between(0.8, 2) : horizon * brush.between(0.2, 0.45);
  brush.disc(brush.between(0.15, 0.85) * brush.width, y, size, light.sun);
}

function sea(brush: Brush): Caption {
  const light = brush.pick(LIGHTS);
  const { context, width, height } = brush;
  const horizon = height * brush.between(0.4, 0.6);
  sky(brush, light, horizon);
  brush.gradient(horizon, height, [mix(light.haze, [10, 70, 110], 0.45), mix(light.haze, [5, 30, 60], 0.85)]);
  for (let i = 0; i < 140; i++) {
    const depth = brush.random();
    context.fillStyle = `rgb(255 255 255 / ${0.05 + 0.2 * brush.random()})`;
    const y = horizon + depth * depth * (height - horizon);
    context.fillRect(brush.between(0, width), y, 8 + depth * 40, 1 + depth * 2);
  }
  const sails = brush.random() < 0.5;
  if (sails) {
    const [x, size] = [brush.between(0.2, 0.8) * width, height * brush.between(0.1, 0.2)];
    const y = horizon + height * 0.08;
    context.fillStyle = '#f6f2ea';
    context.beginPath();
    context.moveTo(x, y - size);
    context.lineTo(x + size * 0.6, y - size * 0.1);
    context.lineTo(x, y - size * 0.1);
    context.fill();
    context.fillStyle = '#5a3424';
    context.fillRect(x - size * 0.25, y - size * 0.08, size, size * 0.14);
  }
  return {
    title: sails ? `Sailing boat at ${light.name}` : `The sea at ${light.name}`,
    tags: ['sea', light.name, ...(sails ? ['boat'] : [])],
  };
}

function mountains(brush: Brush): Caption {
  const light = brush.pick(LIGHTS);
  const { height } = brush;
  sky(brush, light, height * 0.8);
  const rock = brush.pick([
    [40, 50, 70],
    [70, 60, 80],
    [35, 60, 60],
  ] as const);
  const snow = brush.random() < 0.4;
  const layers = 4;
  for (let i = 0; i < layers; i++) {
    const near = i / (layers - 1);
    const level = height * (0.45 + 0.42 * near);
    const base = snow ? mix(light.haze, [228, 236, 244], 0.9 - 0.25 * near) : mix(light.haze, rock, 0.25 + 0.75 * near);
    brush.ridge(level, height * (0.28 - 0.12 * near), snow || near < 1 ? 1 : 0.2, base);
  }
  return {
    title: `${snow ? 'Snow on the mountains' : 'Mountains'} at ${light.name}`,
    tags: ['mountains', light.name, ...(snow ? ['snow'] : [])],
  };
}

function forest(brush: Brush): Caption {
  const light = brush.pick(LIGHTS.slice(0, 3));
  const { context, width, height } = brush;
  const autumn = brush.random() < 0.4;
  brush.gradient(0, height, [...light.sky].reverse());
  const leaf = autumn ? [150, 70, 20] : [15, 60, 35];
  for (let row = 0; row < 4; row++) {
    const near = row / 3;
    const ground = height * (0.65 + 0.55 * near);
    const size = height * (0.25 + 0.35 * near);
    for (let x = -size * 0.2; x < width + size * 0.2; x += size * brush.between(0.16, 0.34)) {
      const tall = size * brush.between(0.75, 1.2);
      context.fillStyle = mix(light.haze, leaf, 0.3 + 0.65 * near + 0.05 * brush.random());
      for (let tier = 0; tier < 4; tier++) {
        const top = ground - tall + tier * tall * 0.2;
        context.beginPath();
        context.moveTo(x, top);
        context.lineTo(x + tall * (0.1 + 0.05 * tier), top + tall * 0.36);
        context.lineTo(x - tall * (0.1 + 0.05 * tier), top + tall * 0.36);
        context.fill();
      }
    }
  }
  return {
    title: autumn ? 'Forest in autumn' : `Forest at ${light.name}`,
    tags: ['forest', autumn ? 'autumn' : light.name],
  };
}

function desert(brush: Brush): Caption {
  const light = brush.pick(LIGHTS.slice(0, 4));
  const { height } = brush;
  sky(brush, light, height * 0.75);
  const dark = light.name === 'night';
  for (let i = 0; i < 4; i++) {
    const near = i / 3;
    const sand = dark ? [45, 45, 70] : [225 - 40 * near, 160 - 50 * near, 85 - 35 * near];
    brush.ridge(height * (0.55 + 0.35 * near), height * 0.14, 0.05, mix(light.haze, sand, 0.55 + 0.4 * near));
  }
  return { title: `Dunes at ${light.name}`, tags: ['desert', light.name] };
}

function city(brush: Brush): Caption {
  const light = brush.pick([LIGHTS[2], LIGHTS[3], LIGHTS[4]]) as Light;
  const { context, width, height } = brush;
  sky(brush, light, height);
  const lamp = brush.pick(['#ffd98a', '#9fe0ff', '#ffb36b']);
  for (let row = 0; row < 3; row++) {
    const near = row / 2;
    for (let x = -10; x < width; ) {
      const wide = brush.between(0.07, 0.15) * width;
      const top = height * (brush.between(0.2, 0.6) + 0.18 * near);
      context.fillStyle = mix(light.haze, [12, 14, 26], 0.45 + 0.5 * near);
      context.fillRect(x, top, wide - 2, height - top);
      for (let y = top + 6; y < height - 6; y += 10) {
        for (let window = x + 5; window < x + wide - 9; window += 9) {
          if (brush.random() > 0.35) continue;
          context.fillStyle = lamp;
          context.globalAlpha = 0.35 + 0.6 * near;
          context.fillRect(window, y, 4, 5);
          context.globalAlpha = 1;
        }
      }
      x += wide;
    }
  }
  return { title: `The city at ${light.name}`, tags: ['city', light.name] };
}

function meadow(brush: Brush): Caption {
  const light = brush.pick(LIGHTS.slice(0, 3));
  const { width, height } = brush;
  sky(brush, light, height * 0.65);
  brush.ridge(height * 0.5, height * 0.12, 0.1, mix(light.haze, [60, 120, 60], 0.5));
  brush.ridge(height * 0.62, height * 0.1, 0.1, mix(light.haze, [70, 150, 50], 0.75));
  brush.ridge(height * 0.75, height * 0.06, 0.1, mix(light.haze, [55, 130, 40], 0.9));
  const [name, colour] = brush.pick([
    ['poppies', '#d8262c'],
    ['buttercups', '#f7d327'],
    ['lavender', '#8a63c9'],
  ] as const);
  for (let i = 0; i < 420; i++) {
    const depth = brush.random();
    brush.disc(brush.between(0, width), height * (0.68 + 0.34 * depth), 1 + depth * 5, colour);
  }
  return { title: `Meadow with ${name}`, tags: ['meadow', 'flowers', name, light.name] };
}

const TILES = [
  ['#14213d', '#fca311', '#e5e5e5', '#b23a48'],
  ['#264653', '#2a9d8f', '#e9c46a', '#e76f51'],
  ['#0b3954', '#bfd7ea', '#ff6663', '#e0ff4f'],
  ['#3d405b', '#81b29a', '#f2cc8f', '#e07a5f'],
  ['#1b1b1e', '#f4f1de', '#96031a', '#6d676e'],
] as const;

function tiles(brush: Brush): Caption {
  const { context, width, height } = brush;
  const colours = brush.pick(TILES);
  const size = Math.min(width, height) / brush.pick([3, 4, 6]);
  const round = brush.random() < 0.5;
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      context.fillStyle = brush.pick(colours);
      context.fillRect(x, y, size + 1, size + 1);
      context.fillStyle = brush.pick(colours);
      context.beginPath();
      const [cornerX, cornerY] = [x + brush.pick([0, size]), y + brush.pick([0, size])];
      if (round) context.arc(cornerX, cornerY, size, 0, 2 * Math.PI);
      else context.moveTo(cornerX, cornerY);
      context.save();
      const clip = new Path2D();
      clip.rect(x, y, size + 1, size + 1);
      context.clip(clip);
      if (!round) {
        context.lineTo(x + size - (cornerX - x), cornerY);
        context.lineTo(cornerX, y + size - (cornerY - y));
      }
      context.fill();
      context.restore();
    }
  }
  return { title: round ? 'Tiles with arcs' : 'Tiles with triangles', tags: ['tiles', 'abstract'] };
}

const FRUIT = [
  { name: 'oranges', colour: [238, 130, 30] },
  { name: 'lemons', colour: [242, 208, 60] },
  { name: 'apples', colour: [190, 35, 40] },
  { name: 'limes', colour: [110, 165, 50] },
  { name: 'plums', colour: [85, 45, 110] },
] as const;

function fruit(brush: Brush): Caption {
  const { context, width, height } = brush;
  const wall = brush.pick([
    [52, 78, 92],
    [222, 214, 200],
    [96, 60, 52],
    [180, 196, 190],
  ] as const);
  brush.gradient(0, height * 0.62, [mix(wall, [0, 0, 0], 0.15), rgb(wall)]);
  brush.gradient(height * 0.6, height, ['#9b7049', '#6b4a2f']);
  const { name, colour } = brush.pick(FRUIT);
  const size = Math.min(width, height) * 0.13;
  for (const [row, count] of [
    [0, 3],
    [1, 4],
  ] as const) {
    for (let i = 0; i < count; i++) {
      const x = width / 2 + (i - (count - 1) / 2) * size * 1.75 + brush.between(-4, 4);
      const y = height * 0.58 + row * size * 1.15;
      const shade = context.createRadialGradient(x - size * 0.3, y - size * 0.4, size * 0.1, x, y, size);
      shade.addColorStop(0, mix(colour, [255, 255, 255], 0.45));
      shade.addColorStop(0.5, rgb(colour));
      shade.addColorStop(1, mix(colour, [0, 0, 0], 0.45));
      context.fillStyle = shade;
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fill();
    }
  }
  return { title: `Still life with ${name}`, tags: ['still life', 'fruit', name] };
}

export const SCENES: readonly ((brush: Brush) => Caption)[] = [
  sea,
  mountains,
  forest,
  desert,
  city,
  meadow,
  tiles,
  fruit,
];
