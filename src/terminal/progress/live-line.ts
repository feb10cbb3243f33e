/** A line that is rewritten in place. It appears on a terminal only, never in a log. */
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
