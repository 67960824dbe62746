// Lines as a stream of bytes. A read of the stream asks for the next lines.

/** Letters of a piece of the stream. */
const PIECE = 1 << 16;

export function lineStream(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    let piece = '';
    let isDone = false;
    while (!isDone && piece.length < PIECE) {
      const next = await lines.next();
      if (next.done) isDone = true;
      else piece += `${next.value}\n`;
    }
    if (piece !== '') controller.enqueue(encoder.encode(piece));
    if (isDone) controller.close();
  };
  return new ReadableStream<Uint8Array>({ pull, cancel: () => void lines.return(undefined) }, { highWaterMark: 0 });
}
