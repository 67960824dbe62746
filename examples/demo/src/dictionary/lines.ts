/** The lines of a compressed file of senses. */
export async function linesOf(bytes: ArrayBuffer): Promise<string[]> {
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(text).text()).split('\n');
}
