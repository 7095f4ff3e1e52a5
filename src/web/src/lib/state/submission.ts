import { ApiError } from '../services/api';
import type { MakingApi } from '../services/making-api';
import type { JobDetails, JobSpec } from '../types';

const BUSY_TRIES = 20;
const BUSY_MS = 1000;

/**
 * Starts a job once: a second click while the first is on its way, and a repetition after a lost answer, come to the same
 * job, because the same job is sent under the same key. A changed job is another one, with another key.
 */
export class Submission {
  readonly #api: Pick<MakingApi, 'submit'>;
  readonly #newKey: () => string;
  #text = '';
  #key = '';
  #onTheWay: Promise<JobDetails> | undefined;

  constructor(api: Pick<MakingApi, 'submit'>, newKey: () => string = randomKey) {
    this.#api = api;
    this.#newKey = newKey;
  }

  submit(spec: JobSpec): Promise<JobDetails> {
    this.#onTheWay ??= this.#send(JSON.stringify(spec)).finally(() => (this.#onTheWay = undefined));
    return this.#onTheWay;
  }

  async #send(text: string): Promise<JobDetails> {
    if (text !== this.#text) {
      this.#text = text;
      this.#key = this.#newKey();
    }
    for (let tries = 1; ; tries++) {
      try {
        return await this.#api.submit(text, this.#key);
      } catch (error) {
        // An earlier call under this key is still being worked on; its job will be the answer.
        const isBusy = error instanceof ApiError && error.problem.status === 409 && error.problem.type.endsWith(':call-in-progress');
        if (!isBusy || tries >= BUSY_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
      }
    }
  }
}

/** Not `randomUUID`: browsers have that on https and this device's own addresses only. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
