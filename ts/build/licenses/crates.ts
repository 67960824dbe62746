// The crates in the engine's WebAssembly.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Component, readComponent } from './component.js';

const run = promisify(execFile);
const RUST = fileURLToPath(new URL('../../../rust', import.meta.url));
const STANDARD_LIBRARY = new URL('./rust-standard-library.txt', import.meta.url);

/** A part of what `cargo metadata` prints. */
interface Metadata {
  readonly packages: readonly {
    readonly id: string;
    readonly name: string;
    readonly version: string;
    readonly license: string | null;
    readonly manifest_path: string;
    /** Null for the crates of this repository. */
    readonly source: string | null;
    readonly targets: readonly { readonly kind: readonly string[] }[];
  }[];
  readonly resolve: {
    readonly nodes: readonly {
      readonly id: string;
      readonly deps: readonly {
        readonly pkg: string;
        readonly dep_kinds: readonly { readonly kind: null | 'dev' | 'build' }[];
      }[];
    }[];
  };
}

/** The crates of others that are linked into the engine, and Rust's standard library. */
export async function linkedCrates(): Promise<Component[]> {
  const args = ['metadata', '--format-version', '1', '--locked', '--filter-platform', 'wasm32-unknown-unknown'];
  const { stdout } = await run('cargo', args, { cwd: RUST, maxBuffer: 2 ** 26 });
  const linked = reachable(JSON.parse(stdout), 'edgevec-wasm').filter(({ source }) => source !== null);
  const crates = linked.map(({ name, version, license, manifest_path }) =>
    readComponent(dirname(manifest_path), { name, version, license: String(license) }),
  );
  return Promise.all([standardLibrary(), ...crates]);
}

/**
 * The packages that are linked with a package. A procedural macro runs in the compiler, and
 * neither the macro nor the dependencies of the macro are linked.
 */
function reachable({ packages, resolve }: Metadata, from: string): Metadata['packages'] {
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const known = new Map(packages.map((each) => [each.id, each]));
  const isMacro = (id: string): boolean =>
    known.get(id)?.targets.some(({ kind }) => kind.includes('proc-macro')) === true;
  const reached = new Set<string>();
  const follow = (id: string): void => {
    if (reached.has(id) || isMacro(id)) return;
    reached.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id)?.deps ?? []) {
      if (dep_kinds.some(({ kind }) => kind === null)) follow(pkg);
    }
  };
  for (const { id, name, source } of packages) if (name === from && source === null) follow(id);
  if (reached.size === 0) throw new Error(`cargo metadata has no package ${from}`);
  return packages.filter(({ id }) => reached.has(id));
}

async function standardLibrary(): Promise<Component> {
  const { stdout } = await run('rustc', ['--version'], { cwd: RUST });
  const [, version = stdout.trim()] = /^rustc (\S+)/.exec(stdout) ?? [];
  const text = await readFile(STANDARD_LIBRARY, 'utf8');
  const license = '(MIT OR Apache-2.0) AND Unicode-3.0';
  return { name: 'Rust standard library', version, license, texts: [text.trim()] };
}
