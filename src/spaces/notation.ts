/** Genotypes as people have them, from papers, notebooks and logs, in the form that the spaces read. */

const CHANGES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // A byte-order mark and characters without a width.
  [/[\u200b-\u200d\u2060\ufeff]/g, ''],
  [/[\u2018\u2019]/g, "'"],
  [/[\u201c\u201d]/g, '"'],
  // Comments of Python.
  [/#[^\n]*/g, ''],
  // Every kind of space, also those that do not break a line.
  [/\s+/g, ' '],
  [/^ | $/g, ''],
  // The repr of NumPy 2: np.int64(3), np.str_('sep_conv_3x3').
  [/\b(?:np|numpy)\.(?:u?int\d*|str_)\( ?(\d+|'[^']*'|"[^"]*") ?\)/g, '$1'],
  // An assignment. Behind a name, other texts could be slots: width=16,depth=2.
  [/^[A-Za-z_][\w.]* ?= ?(?=(?:\w+\.)*Genotype ?\(|['"|[])/, ''],
  [/^(?:[A-Za-z_]\w*\.)+(?=Genotype ?\()/, ''],
];

/**
 * Removes everything from a genotype's text that carries no meaning in any space: kinds of spaces, comments, quotes
 * around it, an assignment, NumPy's types, spaces around `|`, `+` and `~`. A text that a space prints stays as it is.
 */
export function tidyNotation(text: string): string {
  const plain = CHANGES.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
  const bare = unquoted(plain).replace(/ ?([|+~]) ?/g, '$1');
  return isListOfNames(bare)
    ? bare
        .replace(/"/g, "'")
        .replace(/ ?, ?/g, ', ')
        .replace(/\[ | \]|, \]/g, trimmed)
    : bare;
}

function unquoted(text: string): string {
  const [, inner] = /^(?:'''|"""|['"])(.*?)(?:'''|"""|['"])$/.exec(text) ?? [];
  return inner === undefined || /['"]/.test(inner) ? text : inner.trim();
}

function isListOfNames(text: string): boolean {
  return /^\[ ?['"][^[\]()]*\]$/.test(text);
}

function trimmed(bracket: string): string {
  return bracket.replace(/[ ,]/g, '');
}
