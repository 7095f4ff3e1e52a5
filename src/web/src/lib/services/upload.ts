import { ApiError, problemOf, unreachable } from './api';
import type { SourceFile } from '../types';

/** Sends a file and tells how far it is. By XMLHttpRequest, because fetch cannot tell the progress of what it sends. */
export function putFile(url: string, file: Blob, onprogress: (sent: number) => void, signal: AbortSignal): Promise<SourceFile> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    const abort = () => call.abort();
    const end = () => signal.removeEventListener('abort', abort);
    call.open('PUT', url);
    call.setRequestHeader('Accept', 'application/json, application/problem+json');
    call.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    call.upload.onprogress = (event) => onprogress(event.loaded);
    call.onload = () => {
      end();
      const answer = { ok: call.status >= 200 && call.status < 300, status: call.status, statusText: call.statusText };
      const body = read(call.responseText);
      if (answer.ok && body !== undefined) resolve(body as SourceFile);
      else reject(new ApiError(problemOf(answer, body)));
    };
    call.onerror = () => {
      end();
      reject(new ApiError(unreachable()));
    };
    call.onabort = () => {
      end();
      reject(new DOMException('The upload was stopped.', 'AbortError'));
    };
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    call.send(file);
  });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
