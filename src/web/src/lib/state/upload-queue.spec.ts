// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { ApiError, unreachable } from '../services/api';
import type { SourceFile } from '../types';
import { sourcePath, UploadQueue, type Upload } from './upload-queue.svelte';

/** Uploads that end when the test says so. */
function given(there: Record<string, number> = {}) {
  const running = new Map<string, { resolve: () => void; reject: (error: unknown) => void; progress: (sent: number) => void; signal: AbortSignal }>();
  const started: string[] = [];
  const done: string[] = [];
  const queue = new UploadQueue({
    find: (path) => Promise.resolve(path in there ? { path, bytes: there[path]!, modifiedAt: '' } : undefined),
    put: (path, _, progress, signal) => {
      started.push(path);
      return new Promise<SourceFile>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        running.set(path, { resolve: () => resolve({ path, bytes: 1, modifiedAt: '' }), reject, progress, signal });
      });
    },
    ondone: (upload) => done.push(upload.path),
  });
  const add = (...names: string[]) => queue.add(names.map((path) => ({ path, file: new File(['12345678'], path) })));
  const upload = (path: string): Upload => queue.uploads.find((one) => one.path === path)!;
  return { queue, running, started, done, add, upload };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('the upload queue', () => {
  it('sends three at a time, in the order of their numbers', async () => {
    const { add, started, running, done } = given();
    add('shot10.mp4', 'shot2.mp4', 'shot1.mp4', 'shot3.mp4');
    await settled();
    expect(started).toEqual(['shot1.mp4', 'shot2.mp4', 'shot3.mp4']);
    running.get('shot2.mp4')!.resolve();
    await settled();
    expect(started).toEqual(['shot1.mp4', 'shot2.mp4', 'shot3.mp4', 'shot10.mp4']);
    expect(done).toEqual(['shot2.mp4']);
  });

  it('tells how far each is', async () => {
    const { add, upload, running } = given();
    add('a.mp4');
    await settled();
    running.get('a.mp4')!.progress(6);
    expect(upload('a.mp4').fraction).toBe(0.75);
    running.get('a.mp4')!.resolve();
    await settled();
    expect(upload('a.mp4')).toMatchObject({ state: 'done', fraction: 1 });
  });

  it('lets one fail, goes on with the others, and tries it again', async () => {
    const { queue, add, upload, running, started } = given();
    add('a.mp4', 'b.mp4', 'c.mp4', 'd.mp4');
    await settled();
    running.get('a.mp4')!.reject(new ApiError({ type: 'x', title: 'Full', status: 507, detail: 'No room' }));
    await settled();
    expect(upload('a.mp4')).toMatchObject({ state: 'failed', problem: { status: 507 } });
    expect(started).toContain('d.mp4');
    queue.retryUnanswered(); // it was answered: not by itself
    expect(upload('a.mp4').state).toBe('failed');
    running.get('b.mp4')!.resolve();
    await settled();
    queue.retry(upload('a.mp4'));
    await settled();
    expect(upload('a.mp4').state).toBe('sending');
  });

  it('tries again by itself what nobody answered, once the server is back', async () => {
    const { queue, add, upload, running } = given();
    add('a.mp4');
    await settled();
    running.get('a.mp4')!.reject(new ApiError(unreachable()));
    await settled();
    expect(upload('a.mp4').state).toBe('failed');
    queue.retryUnanswered();
    await settled();
    expect(upload('a.mp4').state).toBe('sending');
  });

  it('stops one that is cancelled and gives its place to the next', async () => {
    const { queue, add, upload, running, started } = given();
    add('a.mp4', 'b.mp4', 'c.mp4', 'd.mp4');
    await settled();
    queue.cancel(upload('a.mp4'));
    await settled();
    expect(running.get('a.mp4')!.signal.aborted).toBe(true);
    expect(upload('a.mp4').state).toBe('cancelled');
    expect(started).toContain('d.mp4');
    expect(queue.isBusy).toBe(true);
    queue.stop();
    expect(queue.isBusy).toBe(false);
  });

  it('asks where the name is taken, and sends nothing before the answer', async () => {
    const { queue, add, upload, started, done } = given({ 'a.mp4': 8 });
    add('a.mp4');
    await settled();
    expect(upload('a.mp4')).toMatchObject({ state: 'clash', other: { bytes: 8 } });
    expect(started).toEqual([]);
    queue.settle(upload('a.mp4'), 'use');
    await settled();
    expect(started).toEqual([]);
    expect(done).toEqual(['a.mp4']);
  });

  it('keeps both under a name that is free', async () => {
    const { queue, add, upload, started } = given({ 'day/a.mp4': 1, 'day/a 2.mp4': 1 });
    add('day/a.mp4');
    await settled();
    queue.settle(upload('day/a.mp4'), 'rename');
    await settled();
    expect(started).toEqual(['day/a 3.mp4']);
  });

  it('replaces where that is wanted, all at once', async () => {
    const { queue, add, started } = given({ 'a.mp4': 1, 'b.mp4': 1 });
    add('a.mp4', 'b.mp4');
    await settled();
    expect(queue.clashes.length).toBe(2);
    queue.settleAll('replace');
    await settled();
    expect(started).toEqual(['a.mp4', 'b.mp4']);
  });

  it('asks too where two files on their way have one name', async () => {
    const { add, queue, started } = given();
    add('a.mp4');
    add('a.mp4');
    await settled();
    expect(started).toEqual(['a.mp4']);
    expect(queue.clashes.length).toBe(1);
  });

  it('does not tell of an old attempt that ends after a new one began', async () => {
    const { queue, add, upload, running, done } = given();
    add('a.mp4');
    await settled();
    const first = running.get('a.mp4')!;
    queue.cancel(upload('a.mp4'));
    queue.retry(upload('a.mp4'));
    await settled();
    first.resolve();
    await settled();
    expect(upload('a.mp4').state).toBe('sending');
    expect(done).toEqual([]);
  });
});

describe('the path of an upload', () => {
  it('has no character that means something else there', () => {
    expect(sourcePath('harbour', 'C:\\takes\u0007.mov')).toBe('harbour/C--takes.mov');
    expect(sourcePath('/a//b/', '../x.mp4')).toBe('a/b/x.mp4');
  });
});
