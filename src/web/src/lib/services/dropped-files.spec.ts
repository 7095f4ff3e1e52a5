import { describe, expect, it } from 'vitest';
import { droppedFiles } from './dropped-files';

/** A folder's reader gives what is in it by and by, as Chromium's gives a hundred at a time. */
function folder(path: string, batches: object[][]): object {
  return {
    name: path.split('/').at(-1),
    isFile: false,
    createReader: () => {
      const left = [...batches, []];
      return { readEntries: (resolve: (some: object[]) => void) => resolve(left.shift()!) };
    },
  };
}

function file(path: string): object {
  const name = path.split('/').at(-1)!;
  return { name, isFile: true, fullPath: path, file: (resolve: (file: File) => void) => resolve(new File([], name)) };
}

function drop(...entries: (object | null)[]): Promise<string[]> {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  return droppedFiles({ dataTransfer: { items } } as unknown as DragEvent).then((files) => files.map(({ path }) => path));
}

describe('what is dropped', () => {
  it('is all files of a folder, however many answers they come in', async () => {
    const card = folder('/A001', [[file('/A001/1.mov'), file('/A001/2.mov')], [folder('/A001/more', [[file('/A001/more/3.mov')]])]]);
    expect(await drop(file('/a.mp4'), card)).toEqual(['a.mp4', 'A001/1.mov', 'A001/2.mov', 'A001/more/3.mov']);
  });

  it('leaves out what is hidden, and what is no file', async () => {
    expect(await drop(null, file('/.DS_Store'), folder('/.Trashes', [[file('/.Trashes/x.mov')]]))).toEqual([]);
  });
});
