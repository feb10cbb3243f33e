/** The most values of a JSON text: far above every document of rminas. Each takes up to some 150 bytes in memory. */
const MOST_VALUES = 1_000_000;

/**
 * Parses JSON of a bounded number of values. `[[],[],…` takes fifteen times its length in memory.
 * @throws SyntaxError for a text that is not JSON, or that holds too many values
 */
export function parseJson(text: string, mostValues = MOST_VALUES): unknown {
  if (countValues(text, mostValues) > mostValues) throw new SyntaxError(`it holds more than ${mostValues} values`);
  return JSON.parse(text);
}

/** Counts brackets and commas outside of strings, up to one more than the limit. */
function countValues(text: string, limit: number): number {
  let count = 0;
  for (let at = 0; at < text.length && count <= limit; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === ',' || character === '[' || character === '{') count += 1;
  }
  return count;
}

/** The place of the quote that ends a string, or of the text's end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
