/** A plugin of the user: Python code that adds spaces, data sets, teachers and proxies. Scores depend on its content. */
export interface PluginIdentity {
  /** The form that the sidecar loads: an absolute path, or the name of a module or an entry point. */
  readonly source: string;
  /** The Python file that is imported. */
  readonly file: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}
