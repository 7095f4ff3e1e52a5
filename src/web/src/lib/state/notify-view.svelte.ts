import { asProblem } from '../services/api';
import type { NotifyApi, Scope } from '../services/notify-api';
import type { ChannelInfo, Delivery, NotificationSpec, NotificationTest, ProblemDetails } from '../types';

/** So often the ledger is asked for again while something is on its way. */
const LOOK_MS = 2_000;

/** Settings and ledger of one scope, for the page that shows them. */
export class NotifyView {
  readonly #api: NotifyApi;
  readonly #scope: Scope;
  #settings = $state.raw<NotificationSpec | null>(null);
  #above = $state.raw<NotificationSpec | null>(null);
  #channels = $state.raw<ChannelInfo[]>([]);
  #deliveries = $state.raw<Delivery[]>([]);
  #problem = $state.raw<ProblemDetails | null>(null);
  #said = $state('');
  #saves = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(api: NotifyApi, scope: Scope) {
    this.#api = api;
    this.#scope = scope;
  }

  get settings() { return this.#settings; }
  get above() { return this.#above; }
  get channels() { return this.#channels; }
  get deliveries() { return this.#deliveries; }
  get problem() { return this.#problem; }
  /** What was done last, for the eye and for screen readers. */
  get said() { return this.#said; }
  /** How often it was saved: the form begins anew with what the server made of it. */
  get saves() { return this.#saves; }

  /** Fetches all that is shown, and shows it at once: nothing comes late and pushes the rest away. */
  async load(): Promise<void> {
    await this.#try(async () => {
      const looking = this.look();
      const job = typeof this.#scope === 'object' && 'job' in this.#scope ? this.#scope.job : null;
      const outer = job ? this.#api.effective(job) : this.#scope === 'deployment' ? Promise.resolve(null) : this.#api.settings('deployment');
      [this.#channels, this.#above, this.#settings] = await Promise.all([this.#api.channels(), outer, this.#api.settings(this.#scope), looking.catch(() => undefined)]);
      await looking;
    });
  }

  /** Asks for the ledger, and again soon while something is on its way. */
  async look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#deliveries = await this.#api.deliveries(this.#scope);
    clearTimeout(this.#timer); // another look may have come in between
    if (!this.#stopped && this.#deliveries.some((delivery) => delivery.status === 'pending')) {
      this.#timer = setTimeout(() => void this.look().catch(() => undefined), LOOK_MS);
    }
  }

  save(settings: NotificationSpec): Promise<void> {
    return this.#try(async () => {
      this.#settings = await this.#api.save(this.#scope, settings);
      this.#said = 'Saved.';
      this.#saves++;
    });
  }

  test(test: NotificationTest): Promise<void> {
    return this.#try(async () => {
      await this.#api.test(this.#scope, test);
      this.#said = 'The test is on its way: the ledger tells what becomes of it.';
      await this.look();
    });
  }

  redeliver(id: string): Promise<void> {
    return this.#try(async () => {
      await this.#api.redeliver(this.#scope, id);
      this.#said = 'It is sent once more.';
      await this.look();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.#problem = null;
    this.#said = '';
    try {
      await act();
    } catch (error) {
      this.#problem = asProblem(error);
    }
  }
}
