import type { Import } from './read-imports.js';

/**
 * The circles of a graph of imports: its strongly connected components of more than one file, and files that import
 * themselves (Tarjan, 1972). Each circle is sorted, and so is the list.
 */
export function circlesOf(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];

  const visit = (file: string): number => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    stack.push(file);
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target)) lowest.set(file, Math.min(lowest.get(file) ?? 0, visit(target)));
      else if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file) ?? 0, order.get(target) ?? 0));
    }
    if (lowest.get(file) === order.get(file)) {
      const component = stack.splice(stack.indexOf(file));
      const isCircle = component.length > 1 || (targets.get(file) ?? []).includes(file);
      if (isCircle) circles.push(component.sort());
    }
    return lowest.get(file) ?? 0;
  };

  for (const file of targets.keys()) {
    if (!order.has(file)) visit(file);
  }
  return circles.sort(([a = ''], [b = '']) => a.localeCompare(b));
}
