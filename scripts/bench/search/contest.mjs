/**
 * Runs searches to their ends in turns: the one that has got least far is next, so that all of them meet the same
 * machine, busy or idle, and never one another.
 */
export async function compete(sides) {
  const [first] = sides;
  for (const side of sides) {
    if (side.batch !== first.batch) throw new Error(`${side.name} has drawn another batch than ${first.name}.`);
  }
  for (let running = sides; running.length > 0; running = running.filter(({ done }) => !done)) {
    const behind = running.reduce((a, b) => (b.progress < a.progress ? b : a));
    await behind.advance();
    // Minutes may pass without a figure.
    if (process.stderr.isTTY) process.stderr.write(`\r${sides.map(told).join('  ')} `);
  }
}

function told({ name, progress }) {
  return `${name} ${(100 * progress).toFixed(0)} %`;
}
