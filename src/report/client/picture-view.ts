/** Pictures of architectures in the page. */
import { cellSvg } from '../cell/svg.js';
import { type PackedPicture, type PicturePool, unpackPicture } from '../data/pictures.js';
import { make } from './dom.js';

/** A figure for each graph of an architecture; none where there is no picture. */
export function picturesOf(packed: PackedPicture | null | undefined, pool: PicturePool): HTMLElement[] {
  if (!packed) return [];
  return unpackPicture(packed, pool).map((graph) => {
    const figure = make('figure', { class: 'picture' });
    // Markup of cellSvg, which escapes the texts of the run.
    figure.innerHTML = cellSvg(graph);
    figure.append(make('figcaption', {}, [graph.title]));
    return figure;
  });
}
