/** Numbers as text. */

/** Seconds, e.g. `8.4 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Bytes, e.g. `170.5 MB`; in decimal units, as the publishers use. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return step === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** step).toFixed(1)} ${units[step]}`;
}

/** A number in English, e.g. `15,625` or `0.25`. */
export function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 });
}

/** A number of things, e.g. `1 training`, `2,000 trainings`, `3 searches` or `3 epochs`. */
export function counted(count: number, noun: string): string {
  const ending = /(?<!epo)ch$/.test(noun) ? 'es' : 's';
  return `${grouped(count)} ${noun}${count === 1 ? '' : ending}`;
}
