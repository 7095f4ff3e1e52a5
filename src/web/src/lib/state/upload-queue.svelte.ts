import { ApiError, asProblem, isAbort } from '../services/api';
import type { ProblemDetails, SourceFile } from '../types';

/** How many files are sent at the same time: more would only make each slower. */
const AT_ONCE = 3;

/**
 * checking: asks whether its name is taken · clash: it is, and the person must say what to do · waiting: for its turn ·
 * sending · done: it is among the sources · failed: `problem` says why · cancelled.
 */
export type UploadState = 'checking' | 'clash' | 'waiting' | 'sending' | 'done' | 'failed' | 'cancelled';

/** What to do where a source of the same name is there already. */
export type ClashChoice = 'replace' | 'rename' | 'use';

export interface UploadServices {
  find: (path: string, signal: AbortSignal) => Promise<SourceFile | undefined>;
  put: (path: string, file: Blob, onprogress: (sent: number) => void, signal: AbortSignal) => Promise<SourceFile>;
  /** Told once for each file that is among the sources, whether it was sent or was there. */
  ondone: (upload: Upload) => void;
}

/** One file on its way. */
export class Upload {
  path = $state('');
  state = $state<UploadState>('checking');
  sent = $state(0);
  problem = $state.raw<ProblemDetails | null>(null);
  /** What has its name already, where something has. */
  other = $state.raw<{ bytes: number } | null>(null);
  abort = new AbortController();

  constructor(
    readonly id: number,
    /** Files put in together; their order is the order of their shots. */
    readonly batch: number,
    readonly file: File,
    path: string,
  ) {
    this.path = path;
  }

  get size(): number {
    return this.file.size;
  }

  get isEnded(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'cancelled';
  }

  /** 0 to 1. */
  get fraction(): number {
    if (this.state === 'done') return 1;
    return this.size > 0 ? Math.min(1, this.sent / this.size) : 0;
  }
}

/** The files that are being put among the sources: a few at a time, each of which can fail, be tried again or be stopped. */
export class UploadQueue {
  readonly #services: UploadServices;
  #uploads = $state<Upload[]>([]);
  #next = 0;
  #batches = 0;

  constructor(services: UploadServices) {
    this.#services = services;
  }

  get uploads(): readonly Upload[] {
    return this.#uploads;
  }

  /** Whether something would be lost by leaving. */
  get isBusy(): boolean {
    return this.#uploads.some((upload) => !upload.isEnded);
  }

  get failed(): readonly Upload[] {
    return this.#uploads.filter((upload) => upload.state === 'failed');
  }

  get clashes(): readonly Upload[] {
    return this.#uploads.filter((upload) => upload.state === 'clash');
  }

  /** Puts files in line, in the order of their names as people count: 2 before 10. */
  add(files: readonly { file: File; path: string }[]): void {
    const batch = ++this.#batches;
    const inOrder = [...files].sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
    for (const { file, path } of inOrder) {
      const upload = new Upload(this.#next++, batch, file, path);
      this.#uploads.push(upload);
      void this.#check(upload);
    }
  }

  settle(upload: Upload, choice: ClashChoice): void {
    if (upload.state !== 'clash') return;
    if (choice === 'rename') void this.#rename(upload);
    else if (choice === 'replace') this.#queue(upload);
    else this.#end(upload);
  }

  settleAll(choice: ClashChoice): void {
    for (const upload of this.clashes) this.settle(upload, choice);
  }

  cancel(upload: Upload): void {
    if (upload.isEnded) return;
    upload.state = 'cancelled';
    upload.abort.abort();
    this.#startNext();
  }

  retry(upload: Upload): void {
    if (upload.state !== 'failed' && upload.state !== 'cancelled') return;
    upload.abort = new AbortController();
    upload.problem = null;
    upload.sent = 0;
    void this.#check(upload);
  }

  /** Tries again what failed because nobody answered; asked when the server is back. */
  retryUnanswered(): void {
    for (const upload of this.#uploads) if (upload.state === 'failed' && upload.problem?.status === 0) this.retry(upload);
  }

  /** Takes an ended upload from the list. */
  dismiss(upload: Upload): void {
    if (upload.isEnded) this.#uploads = this.#uploads.filter((other) => other !== upload);
  }

  /** Stops everything; the page is left. */
  stop(): void {
    for (const upload of this.#uploads) this.cancel(upload);
  }

  async #check(upload: Upload): Promise<void> {
    upload.state = 'checking';
    await this.#guard(upload, async () => {
      const other = this.#inLine(upload.path, upload) ?? (await this.#services.find(upload.path, upload.abort.signal));
      if (upload.state !== 'checking') return;
      if (!other) return this.#queue(upload);
      upload.other = { bytes: 'bytes' in other ? other.bytes : other.size };
      upload.state = 'clash';
    });
  }

  /** An upload that has, or is about to have, a path. */
  #inLine(path: string, but: Upload): Upload | undefined {
    return this.#uploads.find((other) => other.id < but.id && other.path === path && other.state !== 'failed' && other.state !== 'cancelled');
  }

  async #rename(upload: Upload): Promise<void> {
    upload.state = 'checking';
    const [, stem, number, ending] = /^(.*?)(?: (\d+))?(\.[^./]+)?$/.exec(upload.path)!;
    await this.#guard(upload, async () => {
      for (let n = Number(number ?? 1) + 1; upload.state === 'checking'; n++) {
        const path = `${stem} ${n}${ending ?? ''}`;
        if (this.#uploads.some((other) => other !== upload && other.path === path) || (await this.#services.find(path, upload.abort.signal))) continue;
        upload.path = path;
        if (upload.state === 'checking') this.#queue(upload);
      }
    });
  }

  #queue(upload: Upload): void {
    upload.state = 'waiting';
    this.#startNext();
  }

  #startNext(): void {
    for (const upload of this.#uploads) {
      if (this.#uploads.filter((other) => other.state === 'sending').length >= AT_ONCE) return;
      if (upload.state === 'waiting') void this.#send(upload);
    }
  }

  async #send(upload: Upload): Promise<void> {
    upload.state = 'sending';
    const signal = upload.abort.signal;
    await this.#guard(upload, async () => {
      await this.#services.put(upload.path, upload.file, (sent) => (upload.sent = sent), signal);
      if (!signal.aborted) this.#end(upload);
    });
    this.#startNext();
  }

  #end(upload: Upload): void {
    upload.state = 'done';
    this.#services.ondone(upload);
  }

  async #guard(upload: Upload, work: () => Promise<void>): Promise<void> {
    const { signal } = upload.abort;
    try {
      await work();
    } catch (error) {
      // Cancelled, and perhaps begun again since: what the old attempt has to say is over.
      if (signal.aborted || isAbort(error)) return;
      upload.problem = error instanceof ApiError ? error.problem : asProblem(error);
      upload.state = 'failed';
    }
  }
}

/** A name that a source can have: `\` and `:` mean something else there, and control characters nothing. */
export function sourcePath(folder: string, name: string): string {
  const clean = (text: string) => text.replace(/[\\:]/g, '-').replace(/[\u0000-\u001f\u007f]/g, '');
  return [...folder.split('/'), ...name.split('/')]
    .map((part) => clean(part).trim())
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
}
