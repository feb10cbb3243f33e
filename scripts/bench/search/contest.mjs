/**
 * Runs searches to their ends, interleaved: the one furthest behind goes next. So all of them meet the same load of the
 * machine and never compete with each other.
 */
export async function compete(sides) {
  const [first] = sides;
  for (const side of sides) {
    if (side.batch !== first.batch) throw new Error(`${side.name} has drawn a different batch from ${first.name}.`);
  }
  for (let running = sides; running.length > 0; running = running.filter(({ done }) => !done)) {
    const behind = running.reduce((a, b) => (b.progress < a.progress ? b : a));
    await behind.advance();
    // Shows progress, since minutes may pass without output.
    if (process.stderr.isTTY) process.stderr.write(`\r${sides.map(told).join('  ')} `);
  }
}

function told({ name, progress }) {
  return `${name} ${(100 * progress).toFixed(0)} %`;
}
