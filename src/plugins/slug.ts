const MOST_CHARACTERS = 40;

/** A text with the characters that names of definitions and folders may have. @param otherwise where none are left */
export function slug(text: string, otherwise: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return plain.slice(0, MOST_CHARACTERS) || otherwise;
}
