// Reads the file of an export (export-file.ts).

import { EdgeVecError, hasCode } from '../base/errors.js';
import { ByteReader, joinBytes } from './bytes.js';
import { type ChunkRef, isWhole } from './chunk.js';
import { HEADER, MAGIC } from './export-file.js';
import { decodeManifest, type Manifest, refsIn, withoutDerived } from './manifest.js';
import { checkVersion } from './version.js';

/**
 * Reads a file from a stream. The reader allocates memory only for bytes already received, since
 * the lengths in a file may be false.
 */
export class PortableReader {
  readonly #pieces: Pieces;
  readonly manifest: Manifest;

  private constructor(pieces: Pieces, manifest: Manifest) {
    this.#pieces = pieces;
    this.manifest = manifest;
  }

  /**
   * @throws `DAMAGED` if the bytes are not an export file, `UNSUPPORTED_FORMAT`, and errors of the
   * source
   */
  static async open(source: AsyncIterator<Uint8Array>): Promise<PortableReader> {
    const pieces = new Pieces(source);
    const header = await pieces.take(HEADER).catch((error) => {
      throw hasCode(error, 'DAMAGED') ? noFile() : error;
    });
    const reader = new ByteReader(header, noFile);
    if (reader.uint32() !== MAGIC) throw noFile();
    const [version, length] = [reader.uint32(), reader.uint32()];
    reader.checksum();
    checkVersion(version);
    // A file has no columns. Version 1.0.0-alpha.1 copies the field of a stored database into the
    // file without the chunks.
    return new PortableReader(pieces, withoutDerived(decodeManifest(await pieces.take(length))));
  }

  /**
   * The chunks, each checked by its checksum, in the order of the manifest.
   *
   * @throws `DAMAGED`, and errors of the source
   */
  async *chunks(): AsyncGenerator<readonly [ref: ChunkRef, bytes: Uint8Array]> {
    for (const ref of refsIn(this.manifest)) {
      const bytes = await this.#pieces.take(ref.bytes);
      if (!isWhole(ref, bytes)) throw notWhole();
      yield [ref, bytes];
    }
    if (!(await this.#pieces.isOver())) throw notWhole();
  }
}

/** Takes bytes from pieces of any size. */
class Pieces {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  /** The next bytes, copied into a new buffer. */
  async take(length: number): Promise<Uint8Array> {
    const taken: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw notWhole();
      const piece = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(piece.length);
      taken.push(piece);
      missing -= piece.length;
    }
    return joinBytes(taken);
  }

  async isOver(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    if (done) return false;
    this.#rest = value;
    return value.length > 0 || this.#more();
  }
}

function noFile(): EdgeVecError {
  return new EdgeVecError('DAMAGED', 'The bytes are not an exported database', {
    remedy: 'Pass the bytes of db.export(), from the first byte to the last.',
  });
}

function notWhole(): EdgeVecError {
  return new EdgeVecError('DAMAGED', 'The exported file is damaged or incomplete', {
    remedy: 'Nothing was imported. Read the file again, or export the database again.',
  });
}
