// The library of pictures: the rows of the database, and everything that writes rows.

import type { EdgeVec, Filter } from 'edgevec';
import { useEdgeVec } from 'edgevec/vue';
import { computed, type Ref, ref, shallowRef } from 'vue';
import { see } from './look/client';
import type { Colour } from './look/colours';
import { DIMENSIONS } from './look/look';
import type { Picture, Seen } from './look/worker';

/** The metadata of a picture. */
export interface Photo {
  title: string;
  tags: string[];
  colours: Colour[];
  orientation: 'landscape' | 'portrait' | 'square';
  width: number;
  height: number;
  added: Date;
  /** The picture itself, so that picture and vector are written together or not at all. */
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** The fields with a list of check boxes. */
export type Field = 'orientation' | 'colours' | 'tags';

/** The chosen values of each field. */
export type Choices = Readonly<Record<Field, readonly string[]>>;

export const NO_CHOICES: Choices = { orientation: [], colours: [], tags: [] };

export const SAMPLES = 160;

/** The database of all components. The database closes when the last component is gone. */
export const useLibrary = () =>
  useEdgeVec<Photo>({
    name: 'vue-photos',
    dimensions: DIMENSIONS,
    metric: 'euclidean',
    indexed: ['orientation', 'colours', 'tags'],
  });

/** The filter of the choices. Values of the same field are alternatives, as in a shop. */
export function filterOf({ orientation, colours, tags }: Choices): Filter<Photo> {
  return {
    ...(orientation.length > 0 && { orientation: { $in: orientation as Photo['orientation'][] } }),
    ...(colours.length > 0 && { colours: { $containsAny: colours as Colour[] } }),
    ...(tags.length > 0 && { tags: { $containsAny: tags } }),
  };
}

/** Pictures are written in groups, so that the first pictures can be seen early. */
const GROUP = 8;

/** Adds pictures, and tells how far the work is and which files are no pictures. */
export function useAdding(db: Ref<EdgeVec<Photo> | undefined>) {
  const done = ref(0);
  const total = ref(0);
  const problems = shallowRef<string[]>([]);

  async function add(pictures: readonly Picture[]): Promise<void> {
    if (db.value === undefined) return;
    if (done.value === total.value) [done.value, total.value, problems.value] = [0, 0, []];
    total.value += pictures.length;
    for (let start = 0; start < pictures.length; start += GROUP) {
      const group = pictures.slice(start, start + GROUP);
      try {
        await db.value.insert((await Promise.all(group.map(recordOf))).filter((record) => record !== undefined));
      } catch (error) {
        problems.value = [...problems.value, `The pictures could not be stored: ${String(error)}`];
        total.value -= pictures.length - start;
        return;
      }
      done.value += group.length;
    }
  }

  /** A file that no browser can decode is a problem of this file alone. */
  async function recordOf(picture: Picture) {
    try {
      return rowOf(await see(picture), picture);
    } catch {
      problems.value = [...problems.value, `${picture instanceof File ? picture.name : 'A picture'} cannot be read.`];
      return undefined;
    }
  }

  return { add, done, total, problems, isAdding: computed(() => done.value < total.value) };
}

function rowOf({ vector, width, height, title, tags, colours, bytes, type }: Seen, picture: Picture) {
  const name = picture instanceof File ? picture.name.replace(/\.[^.]+$/, '') : 'Picture';
  const metadata: Photo = {
    title: title ?? name,
    tags: title === undefined ? ['mine'] : [...tags],
    colours,
    orientation: orientationOf(width, height),
    width,
    height,
    added: new Date(),
    bytes,
    type,
  };
  return { vector, metadata };
}

function orientationOf(width: number, height: number): Photo['orientation'] {
  if (width > height * 1.05) return 'landscape';
  return height > width * 1.05 ? 'portrait' : 'square';
}
