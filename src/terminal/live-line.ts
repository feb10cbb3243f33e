/** A line that is written over itself, on a terminal only: a log has no use for it. */
export interface LiveLine {
  write(text: string): void;
  clear(): void;
}

export function liveLine(stream: NodeJS.WriteStream): LiveLine {
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\u001B[K${text}`);
  };
  return { write, clear: () => write('') };
}
