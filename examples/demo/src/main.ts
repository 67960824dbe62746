import type { Source } from './data/types';
import { type BuildOptions, build, close } from './session';
import { building, index } from './state';
import { mountBuild, startBuild } from './views/build';
import { mountCode } from './views/code';
import { mountMeasure } from './views/measure';
import { mountSearch } from './views/search';
import { mountSetup } from './views/setup';
import { mountTheme } from './views/theme';

let abort = new AbortController();

async function buildIndex(source: Source, options: BuildOptions): Promise<void> {
  const old = index.value;
  abort = new AbortController();
  building.set(true);
  index.set(null);
  const view = startBuild(source);
  try {
    if (old) await close(old);
    const built = await build(source, options, abort.signal, view.progress);
    view.finish(built);
    index.set(built);
  } catch (error) {
    view.fail();
    throw error;
  } finally {
    building.set(false);
  }
}

mountTheme();
mountBuild();
mountSearch();
mountMeasure();
mountSetup(buildIndex, () => abort.abort());
mountCode();
