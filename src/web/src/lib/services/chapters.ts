import type { SpriteTiles, Story } from '../types';

/** Places in a film: its shots as chapters, and the small picture of each moment. */

export interface Chapter {
  /** Seconds. */
  start: number;
  end: number;
  name: string;
  scene: string;
  take: number | null;
  /** Record timecode of its first frame. */
  recordIn: string;
}

/** The shots of the story, in the film's order, each from where the one before ended. */
export function chaptersOf(story: Story): Chapter[] {
  const chapters: Chapter[] = [];
  for (const scene of story.scenes) {
    let start = scene.startSeconds;
    for (const shot of scene.shots) {
      const end = start + shot.durationSeconds;
      chapters.push({ start, end, name: shot.name, scene: scene.name, take: shot.take ?? null, recordIn: shot.recordIn });
      start = end;
    }
  }
  return chapters;
}

/** Place of the chapter that is shown at a time; -1 without chapters. */
export function chapterAt(chapters: readonly Chapter[], seconds: number): number {
  let at = chapters.length > 0 ? 0 : -1;
  // A frame begins a hair before its time in doubles.
  for (const [i, chapter] of chapters.entries()) if (chapter.start <= seconds + 1e-4) at = i;
  return at;
}

/** `010 · scene 1 · take 3` */
export function chapterWords(chapter: Chapter): string {
  return [chapter.name, chapter.scene !== chapter.name && `scene ${chapter.scene}`, chapter.take != null && `take ${chapter.take}`].filter(Boolean).join(' · ');
}

export interface Tile {
  /** Pixels into the sprite. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which part of the sprite shows a time. */
export function tileAt(tiles: SpriteTiles, seconds: number): Tile {
  const n = Math.min(tiles.count - 1, Math.max(0, Math.floor(seconds / tiles.secondsEach)));
  return { x: (n % tiles.columns) * tiles.width, y: Math.floor(n / tiles.columns) * tiles.height, width: tiles.width, height: tiles.height };
}

/** A few moments of the film, evenly spread: for a row of pictures. */
export function momentsOf(tiles: SpriteTiles, most: number): number[] {
  const count = Math.min(most, tiles.count);
  return Array.from({ length: count }, (_, i) => (Math.floor((i * tiles.count) / count) + 0.5) * tiles.secondsEach);
}
