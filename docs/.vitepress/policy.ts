// The Content-Security-Policy of the site: scripts, styles and data come from the site alone.

import { createHash } from 'node:crypto';

/** Scripts of VitePress in the page itself, which choose the theme before all else. */
const INLINE = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** A page with the policy in its head. */
export function withPolicy(html: string): string {
  const hashes = new Set([...html.matchAll(INLINE)].map(([, script = '']) => hashOf(script)));
  const policy = [
    "default-src 'self'",
    // 'wasm-unsafe-eval' allows WebAssembly, and no eval.
    `script-src 'self' 'wasm-unsafe-eval' ${[...hashes].join(' ')}`,
    // EdgeVec starts its worker from a blob.
    "worker-src 'self' blob:",
    // The colours of code stand in attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'none'",
  ].join('; ');
  return html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`);
}
