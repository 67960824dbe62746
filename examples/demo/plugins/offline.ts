/** Gives the service worker the list of the page's files, for use without a network. */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';
import { isOnDemand } from './better.js';

/** The script at the top of the site, where it can answer for all pages. */
export const SERVICE_WORKER = 'sw.js';

/** The place of the list in the script. */
const PLACE = 'self.__WB_MANIFEST';

export function offline(): Plugin {
  return {
    name: 'edgevec-demo:offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      // After the pages, which Vite adds in this step too.
      order: 'post',
      handler(_, bundle) {
        const script = bundle[SERVICE_WORKER];
        if (script?.type !== 'chunk') throw new Error(`The build has no ${SERVICE_WORKER}.`);
        const files = Object.values(bundle).filter(
          ({ fileName }) => fileName !== SERVICE_WORKER && !isOnDemand(fileName),
        );
        const list = files.map((file) => {
          // A name in assets/ has a hash of the content.
          if (file.fileName.startsWith('assets/')) return { url: file.fileName, revision: null };
          const content = file.type === 'chunk' ? file.code : file.source;
          return { url: file.fileName, revision: createHash('sha256').update(content).digest('hex').slice(0, 16) };
        });
        if (!script.code.includes(PLACE)) throw new Error(`${SERVICE_WORKER} has no place for the list of files.`);
        script.code = script.code.replace(PLACE, JSON.stringify(list));
      },
    },
  };
}
