/**
 * The versions of all packages that `npm run matrix` installs, in a single table. A target names
 * packages, and this table adds the versions.
 *
 * @type {Readonly<Record<string, string>>}
 */
const VERSIONS = {
  '@angular/build': '22.2.7',
  '@angular/cli': '22.2.7',
  '@angular/common': '22.2.6',
  '@angular/compiler': '22.2.6',
  '@angular/compiler-cli': '22.2.6',
  '@angular/core': '22.2.6',
  '@angular/platform-browser': '22.2.6',
  '@expo/metro-runtime': '58.0.5',
  '@babel/core': '7.29.13',
  '@react-native/metro-babel-transformer': '0.87.1',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rspack/cli': '2.2.8',
  '@rspack/core': '2.3.2',
  '@rspack/dev-server': '2.2.2',
  '@sveltejs/adapter-node': '6.0.1',
  '@sveltejs/kit': '3.2.0',
  '@sveltejs/vite-plugin-svelte': '7.3.1',
  '@types/node': '24.0.0',
  '@vitejs/plugin-react': '6.3.0',
  '@vitejs/plugin-vue': '6.0.11',
  '@yarnpkg/cli-dist': '4.18.1',
  astro: '7.3.5',
  bun: '1.4.4',
  deno: '2.9.6',
  electron: '45.3.4',
  esbuild: '0.28.2',
  expo: '58.0.0',
  'fake-indexeddb': '6.2.8',
  'happy-dom': '21.0.4',
  jest: '30.5.2',
  'jest-environment-jsdom': '30.5.2',
  jsdom: '29.0.1',
  metro: '0.87.1',
  next: '16.4.6',
  nuxt: '4.5.2',
  parcel: '2.16.4',
  pnpm: '12.21.0',
  react: '19.3.1',
  'react-18': '18.3.1',
  'react-dom': '19.3.1',
  'react-dom-18': '18.3.1',
  'react-native': '0.87.1',
  'react-native-web': '0.21.4',
  rollup: '4.68.5',
  rxjs: '7.8.2',
  svelte: '5.57.3',
  tslib: '2.9.1',
  typescript: '7.0.2',
  'typescript-5': '5.9.3',
  'typescript-6': '6.0.3',
  vite: '8.3.8',
  'vite-5': '5.4.21',
  'vite-7': '7.3.8',
  vitest: '4.1.12',
  vue: '3.5.45',
  webpack: '5.112.2',
  'webpack-cli': '7.3.1',
  'webpack-dev-server': '6.1.0',
  wrangler: '4.164.0',
  wxt: '0.21.4',
};

/**
 * The version of a package. `vite-7`, `react-18` and `typescript-5` are older versions of the same
 * package.
 *
 * @param {string} key
 */
export function versionOf(key) {
  const version = VERSIONS[key];
  if (version === undefined) throw new Error(`scripts/matrix/versions.mjs has no version of ${key}.`);
  return version;
}

/**
 * The argument for `npm install`.
 *
 * @param {string} key
 */
export const specifierOf = (key) =>
  `${key.replace(/(?<=^(?:react|react-dom|typescript|vite))-\d+$/, '')}@${versionOf(key)}`;
