/** Something of the user that Python described before the job was planned. Scores depend on its content. */
export interface Described {
  /** E.g. `data set`. */
  readonly kind: string;
  /** As the configuration names it: `folder:/home/ada/animals`. */
  readonly name: string;
  /** A resumed job compares it: a digest, and numbers that tell the user what has changed. */
  readonly content: Readonly<Record<string, string | number>>;
}
