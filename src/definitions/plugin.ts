/** A file of the user that scores depend on: a plugin, or a file of a space. */
export interface PluginIdentity {
  /** An absolute path, or the name of a module or an entry point. */
  readonly source: string;
  /** The form that the sidecar loads; null for a file that another one loads. */
  readonly argument: string | null;
  /** `plugin`: RMINAS.PLUGINS names it. `space`: SPACE.NAME leads to it. */
  readonly kind: 'plugin' | 'space';
  /** The file itself. */
  readonly file: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** What the sidecar is told to load. */
export function pluginArguments(plugins: readonly PluginIdentity[]): string[] {
  return plugins.flatMap(({ argument }) => argument ?? []);
}
