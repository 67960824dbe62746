// The sections of the menu, in order. Every page of docs/ is in the first section that names the
// page, or a folder above the page. All other pages of docs/ itself go to the section "Using
// EdgeVec".

/** A section: `pages` come first in their order, then all pages of `folders` by title. */
export interface Section {
  readonly title: string;
  readonly pages?: readonly string[];
  readonly folders?: readonly string[];
  /** Whether the section begins closed. */
  readonly isClosed?: boolean;
}

export const SECTIONS: readonly Section[] = [
  { title: 'Begin', pages: ['README.md', 'tutorial.md', 'examples.md', 'comparison.md'] },
  { title: 'Guides', folders: ['guides'] },
  {
    title: 'Using EdgeVec',
    pages: [
      'inputs.md',
      'sources.md',
      'filters.md',
      'search.md',
      'live.md',
      'persistence.md',
      'tuning.md',
      'environments.md',
      'troubleshooting.md',
    ],
    folders: ['.'],
  },
  { title: 'Recipes', folders: ['recipes'] },
  { title: 'With other libraries', folders: ['integrations'] },
  { title: 'From another product', folders: ['migrate'] },
  { title: 'Benchmarks', pages: ['benchmarks/README.md'], folders: ['benchmarks'], isClosed: true },
  { title: 'Inside', pages: ['architecture.md', 'engine.md', 'storage.md', 'format.md'], isClosed: true },
];
