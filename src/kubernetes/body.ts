/**
 * The lines of a stream of bytes. Chunks may end anywhere, inside a character too. A last line without its newline
 * is dropped: the connection broke in the middle of it, and the watch that follows gets that event again.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let unfinished = '';
  for await (const chunk of chunks) {
    const [first = '', ...further] = decoder.decode(chunk, { stream: true }).split('\n');
    unfinished += first;
    for (const next of further) {
      if (unfinished.trim() !== '') yield unfinished;
      unfinished = next;
    }
  }
}

/** A whole body as text. */
export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
