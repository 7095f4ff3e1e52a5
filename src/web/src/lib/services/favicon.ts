/** The tab's icon while jobs run: a ring that fills with their progress, 0 to 100. */
export function faviconFor(percent: number): string {
  const round = 2 * Math.PI * 12;
  const done = `${((round * percent) / 100).toFixed(1)} ${round.toFixed(1)}`;
  const ring =
    '<g fill="none" stroke-width="6"><circle cx="16" cy="16" r="12" stroke="#8a9099" opacity=".45"/>' +
    `<circle cx="16" cy="16" r="12" stroke="#2f74d8" stroke-dasharray="${done}" transform="rotate(-90 16 16)"/></g>`;
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring}</svg>`)}`;
}
