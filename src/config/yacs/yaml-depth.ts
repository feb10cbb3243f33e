import { type CST, Parser } from 'yaml';

/**
 * The offset of the first node nested more deeply than `limit`, or null. Check this before composing a document: the
 * composer recurses, and V8 may end the process when hostile nesting fills the stack.
 */
export function offsetBeyondDepth(text: string, limit: number): number | null {
  const pending: { token: CST.Token; depth: number }[] = [];
  for (const token of new Parser().parse(text)) pending.push({ token, depth: 0 });
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > limit) return token.offset;
    for (const child of childrenOf(token)) pending.push({ token: child, depth: depth + 1 });
  }
  return null;
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((child) => child !== null && child !== undefined));
}
