import { describe, expect, it } from 'vitest';
import { describeMissing, droppedFiles, type Dropped } from './dropped-files';

/** A folder's reader gives what is in it by and by, as Chromium's gives a hundred at a time. */
function folder(path: string, batches: (object[] | 'fails')[]): object {
  return {
    name: path.split('/').at(-1),
    fullPath: path,
    isFile: false,
    createReader: () => {
      const left = [...batches, []];
      return {
        readEntries: (resolve: (some: object[]) => void, reject: (error: Error) => void) => {
          const next = left.shift()!;
          if (next === 'fails') reject(new DOMException('', 'NotReadableError'));
          else resolve(next);
        },
      };
    },
  };
}

function file(path: string, isReadable = true): object {
  const name = path.split('/').at(-1)!;
  return {
    name,
    isFile: true,
    fullPath: path,
    file: (resolve: (file: File) => void, reject: (error: Error) => void) => (isReadable ? resolve(new File([], name)) : reject(new DOMException('', 'NotFoundError'))),
  };
}

async function drop(...entries: (object | null)[]): Promise<Omit<Dropped, 'files'> & { files: string[] }> {
  const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
  const dropped = await droppedFiles({ dataTransfer: { items } } as unknown as DragEvent);
  return { ...dropped, files: dropped.files.map(({ path }) => path) };
}

describe('what is dropped', () => {
  it('is all films and sounds of a folder, however many answers they come in', async () => {
    const card = folder('/A001', [[file('/A001/1.mov'), file('/A001/2.MXF')], [folder('/A001/more', [[file('/A001/more/3.wav')]])]]);
    expect(await drop(file('/a.mp4'), card)).toEqual({ files: ['a.mp4', 'A001/1.mov', 'A001/2.MXF', 'A001/more/3.wav'], leftOut: 0, unreadable: [] });
  });

  it('leaves out what is hidden, and what is no file', async () => {
    expect((await drop(null, file('/.DS_Store'), folder('/.Trashes', [[file('/.Trashes/x.mov')]]))).files).toEqual([]);
  });

  it('leaves out what a camera writes beside its films, and counts it', async () => {
    const card = folder('/PRIVATE', [[file('/PRIVATE/C0001.MP4'), file('/PRIVATE/C0001M01.XML'), file('/PRIVATE/C0001T01.JPG'), file('/PRIVATE/MEDIAPRO.THM')]]);
    expect(await drop(card)).toEqual({ files: ['PRIVATE/C0001.MP4'], leftOut: 3, unreadable: [] });
  });

  it('is taken whatever it is where it is dropped by itself', async () => {
    expect((await drop(file('/take.r3d'), file('/notes'))).files).toEqual(['take.r3d', 'notes']);
  });

  it('comes but for what cannot be read, which is named', async () => {
    const card = folder('/A001', [[file('/A001/1.mov'), file('/A001/2.mov', false)], 'fails']);
    expect(await drop(card, file('/gone.mov', false), file('/a.mp4'))).toEqual({ files: ['A001/1.mov', 'a.mp4'], leftOut: 0, unreadable: ['A001/2.mov', 'A001', 'gone.mov'] });
  });
});

describe('what is told of a drop', () => {
  const files = [{ file: new File([], 'a.mp4'), path: 'a.mp4' }];

  it('is nothing where all is taken', () => {
    expect(describeMissing({ files, leftOut: 0, unreadable: [] })).toBeNull();
  });

  it('is how many files were left out', () => {
    expect(describeMissing({ files, leftOut: 3, unreadable: [] })).toEqual({ tone: 'plain', title: '3 files left out', text: '3 files of the folder are neither films nor sounds.' });
    expect(describeMissing({ files: [], leftOut: 1, unreadable: [] })).toEqual({ tone: 'plain', title: 'Nothing to upload', text: '1 file of the folder is neither a film nor a sound.' });
  });

  it('is what could not be read, by name', () => {
    expect(describeMissing({ files, leftOut: 1, unreadable: ['a', 'b', 'c', 'd'] })).toEqual({
      tone: 'bad',
      title: 'Not all could be read',
      text: 'This browser could not read a, b, c and 1 more. 1 file of the folder is neither a film nor a sound.',
    });
  });
});
