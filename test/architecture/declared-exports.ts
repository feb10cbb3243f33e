const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;

/** The names that a file of TypeScript declares and exports. Re-exports and default exports do not count. */
export function declaredExports(source: string): string[] {
  return [...new Set(Array.from(source.matchAll(DECLARATION), ([, name]) => name ?? ''))];
}
