/** A part of a picture, drawn from (0, 0) on. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly markup: readonly string[];
  /** The content in words. */
  readonly description: string;
}
