import type { ProgressUpdate } from '../types';
import { clampPercent } from './format';
import { isEnded } from './progress-visualization';

/** What a tab says of a page that is not looked at: how far the work is, in its title and its icon. */

/** How far first, because the end of a title is cut off. What is empty is left out. */
export function tabTitle(howFar: string, name: string): string {
  return [howFar, name, 'OrleansAssembly'].filter(Boolean).join(' · ');
}

/** How far a job is, 0 to 100; null where it goes on no more, or nothing is known of it. */
export function percentUnderWay(progress: ProgressUpdate | undefined): number | null {
  return progress && !isEnded(progress.status) ? Math.floor(clampPercent(progress.progress)) : null;
}

/** A ring that fills; the site's own icon where nothing goes on. */
export function tabIcon(percent: number | null): string {
  if (percent === null) return './favicon.svg';
  const round = 2 * Math.PI * 12;
  const done = `${((round * percent) / 100).toFixed(1)} ${round.toFixed(1)}`;
  const ring =
    '<g fill="none" stroke-width="6"><circle cx="16" cy="16" r="12" stroke="#8a9099" opacity=".45"/>' +
    `<circle cx="16" cy="16" r="12" stroke="#2f74d8" stroke-dasharray="${done}" transform="rotate(-90 16 16)"/></g>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring}</svg>`)}`;
}
