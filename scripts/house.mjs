/**
 * `node scripts/house.mjs [--only crate,length]`: checks rules beyond the linters.
 * docs/architecture.md and CONTRIBUTING.md describe the rules.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wideComments } from './house/comments.mjs';
import { circularImports } from './house/crate.mjs';
import { shadowedGlobals } from './house/globals.mjs';
import { longFiles } from './house/length.mjs';
import { brokenLinks } from './house/links.mjs';
import { numbersWithoutCommand } from './house/numbers.mjs';
import { otherOwners } from './house/owner.mjs';
import { vagueProse } from './house/prose.mjs';
import { looseWorkflows } from './house/workflows.mjs';
import { main, root, Stop } from './run.mjs';

/**
 * Each rule returns the places that break the rule, a sentence for each.
 *
 * @type {Readonly<Record<string, (root: string) => string[] | Promise<string[]>>>}
 */
const RULES = {
  crate: (root) => ['rust/edgevec/src', 'rust/edgevec-wasm/src'].flatMap((folder) => circularImports(root, folder)),
  length: longFiles,
  comments: wideComments,
  prose: vagueProse,
  globals: shadowedGlobals,
  links: brokenLinks,
  owner: otherOwners,
  workflows: looseWorkflows,
  numbers: numbersWithoutCommand,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
    const names = values.only?.flatMap((list) => list.split(',')) ?? Object.keys(RULES);
    const rules = names.map((name) => {
      const rule = RULES[name];
      if (rule === undefined) throw new Stop(`There is no rule "${name}": use ${Object.keys(RULES).join(', ')}.`);
      return rule;
    });
    const wrong = (await Promise.all(rules.map((rule) => rule(root)))).flat();
    for (const sentence of wrong) console.log(sentence);
    if (wrong.length > 0) throw new Stop(`${wrong.length} places break the rules of the house.`);
    console.log(`The rules of the house hold: ${names.join(', ')}.`);
  });
}
