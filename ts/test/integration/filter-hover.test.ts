// An editor shows the types of filters in words that a user can read. TypeScript 5 has the service
// that editors ask, as a library.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../support/package.js';

/** The parts of TypeScript 5 that the test uses. */
interface TypeScript {
  readonly sys: {
    readonly readFile: (name: string) => string | undefined;
    readonly fileExists: (name: string) => boolean;
  };
  readonly ScriptSnapshot: { readonly fromString: (text: string) => unknown };
  readonly getDefaultLibFilePath: (options: object) => string;
  readonly createLanguageService: (host: object) => Service;
}
interface Service {
  readonly getQuickInfoAtPosition: (
    file: string,
    at: number,
  ) => { readonly displayParts?: readonly Part[]; readonly documentation?: readonly Part[] } | undefined;
  readonly getCompletionsAtPosition: (
    file: string,
    at: number,
    options: object,
  ) => { readonly entries: readonly { readonly name: string }[] } | undefined;
  readonly getSemanticDiagnostics: (
    file: string,
  ) => readonly { readonly messageText: string | { readonly messageText: string } }[];
}
interface Part {
  readonly text: string;
}

/** Options by TypeScript's own numbers. */
const ES2022 = 9;
const ES_NEXT = 99;
const BUNDLER = 100;

const file = join(root, 'ts/test/types/hover.ts');
const code = `
import type { Filter } from '../../src/base/filter-types.js';
interface Doc {
  title: string;
  year?: number;
  lang: 'en' | 'de';
  tags: string[];
  author: { name: string };
}
declare function find(options: { readonly filter?: Filter<Doc> }): void;
find({ filter: { year: { $gte: 1990 }, lang: 'en', 'author.name': 'A', tags: { $contains: 'x' } } });
find({ filter: { titel: 'A' } });
find({ filter: { year: '1990' } });
find({ filter: { lang: 'fr' } });
find({ filter: { '' } });
`;

let service: Service;
beforeAll(() => {
  const ts = createRequire(import.meta.url)('typescript-5') as TypeScript;
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ES2022,
    module: ES_NEXT,
    moduleResolution: BUNDLER,
    types: [],
    noEmit: true,
  };
  const read = (name: string) => (name === file ? code : ts.sys.readFile(name));
  service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name: string) => {
      const text = read(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name: string) => name === file || ts.sys.fileExists(name),
    readFile: read,
  });
});

const joined = (parts: readonly Part[] | undefined): string => (parts ?? []).map(({ text }) => text).join('');
const hover = (word: string) => service.getQuickInfoAtPosition(file, code.lastIndexOf(word) + 1);

test.each([
  ['filter: { year: { $gte', '(property) filter?: Filter<Doc>'],
  ['year: { $gte', '(property) year?: Condition<number>'],
  ["lang: 'en'", '(property) lang?: Condition<"en" | "de">'],
  ["'author.name': 'A'", '(property) "author.name"?: Condition<string>'],
  ['tags: { $contains', '(property) tags?: FieldOperators<string[]>'],
  ['$gte: 1990', '(property) $gte?: number'],
  ["$contains: 'x'", '(property) $contains?: string'],
])('%s', (word, shown) => {
  expect(joined(hover(word)?.displayParts)).toBe(shown);
});

test('an operator brings its description', () => {
  expect(joined(hover('$gte: 1990')?.documentation)).toBe('The field is above the value, or equals the value.');
});

test('errors name the field and the type', () => {
  const errors = service
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => (typeof messageText === 'string' ? messageText : messageText.messageText));
  expect(errors.slice(0, 3)).toEqual([
    expect.stringMatching(/'titel' does not exist in type 'Filter<Doc>'/),
    `Type 'string' is not assignable to type 'Condition<number> | undefined'.`,
    `Type '"fr"' is not assignable to type 'Condition<"en" | "de"> | undefined'.`,
  ]);
});

test('an editor completes the names of fields, paths and operators', () => {
  const names = (at: number) => service.getCompletionsAtPosition(file, at, {})?.entries.map(({ name }) => name);
  expect(names(code.indexOf("''") + 1)).toEqual(
    expect.arrayContaining(['title', 'year', 'lang', 'tags', 'author', 'author.name', '$and', '$or', '$not']),
  );
  expect(names(code.indexOf('$gte: 1990'))?.sort()).toEqual(
    ['$eq', '$exists', '$gt', '$gte', '$in', '$lt', '$lte', '$ne', '$nin'].sort(),
  );
});
