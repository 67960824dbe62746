// Bytes as text, in base64.

/** Bytes per call of `fromCharCode`: an argument for each byte, and a stack has its limit. */
const PIECE = 8_192;

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return btoa(binary);
}

/**
 * Not by `fetch('data:...')`: a Content-Security-Policy may forbid that.
 *
 * @throws if the text is not base64
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
