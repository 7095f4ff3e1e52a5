import { count } from './bulk';
import { looksLikeMedia } from './source-facts';

/** A file that was dropped on the page or picked, with its path below what was dropped. */
export interface GivenFile {
  file: File;
  path: string;
}

export interface Dropped {
  files: GivenFile[];
  /** Files of dropped folders that are neither films nor sounds. */
  leftOut: number;
  /** What the browser could not read: files, and folders of which it could not tell all that is in them. */
  unreadable: string[];
}

/** So many names are told. */
const NAMES = 3;

/** Whether what is dragged are files, and not a piece of some page. */
export function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/**
 * All that was dropped; a folder from a camera's card is as good as its films and sounds, and a file by itself is taken
 * whatever it is. To be called while the event lasts.
 */
export async function droppedFiles(event: DragEvent): Promise<Dropped> {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return together(await Promise.all(entries.map((entry) => filesOf(entry, false))));
}

/** What is to be told of files that are not uploaded; null where there are none. */
export function describeMissing({ files, leftOut, unreadable }: Dropped): { tone: 'bad' | 'plain'; title: string; text: string } | null {
  const others = leftOut > 0 ? `${count(leftOut, 'file')} of the folder ${leftOut === 1 ? 'is neither a film nor a sound' : 'are neither films nor sounds'}.` : '';
  if (unreadable.length > 0) {
    const names = unreadable.slice(0, NAMES).join(', ');
    const more = unreadable.length > NAMES ? ` and ${unreadable.length - NAMES} more` : '';
    return { tone: 'bad', title: 'Not all could be read', text: `This browser could not read ${names}${more}. ${others}`.trim() };
  }
  return leftOut > 0 ? { tone: 'plain', title: files.length > 0 ? `${count(leftOut, 'file')} left out` : 'Nothing to upload', text: others } : null;
}

async function filesOf(entry: FileSystemEntry, isInFolder: boolean): Promise<Dropped> {
  if (entry.name.startsWith('.')) return together([]);
  const path = entry.fullPath.replace(/^\//, '');
  if (!entry.isFile) return filesIn(entry as FileSystemDirectoryEntry, path);
  if (isInFolder && !looksLikeMedia(entry.name)) return { files: [], leftOut: 1, unreadable: [] };
  try {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return { files: [{ file, path }], leftOut: 0, unreadable: [] };
  } catch {
    return { files: [], leftOut: 0, unreadable: [path] };
  }
}

async function filesIn(folder: FileSystemDirectoryEntry, path: string): Promise<Dropped> {
  const reader = folder.createReader();
  const inside: Promise<Dropped>[] = [];
  try {
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) break;
      inside.push(...some.map((entry) => filesOf(entry, true)));
    }
    return together(await Promise.all(inside));
  } catch {
    return together([...(await Promise.all(inside)), { files: [], leftOut: 0, unreadable: [path] }]);
  }
}

function together(parts: readonly Dropped[]): Dropped {
  return {
    files: parts.flatMap(({ files }) => files),
    leftOut: parts.reduce((sum, { leftOut }) => sum + leftOut, 0),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
  };
}
