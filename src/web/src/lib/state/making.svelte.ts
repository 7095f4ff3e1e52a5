import { ApiError, asProblem, isAbort, type AssemblyApi } from '../services/api';
import type { MakingApi } from '../services/making-api';
import { looksLikeSound } from '../services/source-facts';
import { putFile } from '../services/upload';
import type { Draft, DraftSummary, JobDetails, JobEstimate, JobSpec, PresetInfo, ProblemDetails } from '../types';
import { CutEdit, filmRate, measure, nextTitle, placeOf, type FilmLength } from './cut-edit.svelte';
import { DraftKeeper } from './draft-keeper.svelte';
import { SourceLibrary } from './source-library.svelte';
import { Submission } from './submission';
import { UploadQueue, type Upload } from './upload-queue.svelte';

/** The estimate waits for a pause in typing. */
const ESTIMATE_MS = 500;
const USUAL_PRESET = 'h264-1080p';

export interface MakingServices {
  api: MakingApi;
  jobs: Pick<AssemblyApi, 'getJob'>;
  /** The draft has got its address. */
  ondraft: (id: string) => void;
}

/** A film in the making: what is edited, and everything that goes on around it until it is a job. */
export class Making {
  readonly cut = new CutEdit();
  readonly library: SourceLibrary;
  readonly uploads: UploadQueue;
  readonly keeper: DraftKeeper;
  readonly api: MakingApi;
  readonly #jobs: Pick<AssemblyApi, 'getJob'>;
  readonly #submission: Submission;
  readonly #batches = new Map<number, Upload>();
  #presets = $state.raw<PresetInfo[] | null>(null);
  #projects = $state.raw<string[]>([]);
  #drafts = $state.raw<DraftSummary[]>([]);
  #load = $state.raw<{ state: 'loading' | 'ready' } | { state: 'failed'; problem: ProblemDetails }>({ state: 'loading' });
  #estimate = $state.raw<JobEstimate | null>(null);
  #estimateState = $state.raw<'none' | 'asking' | 'known' | 'refused' | 'failed'>('none');
  #refusals = $state.raw<Record<string, string[]>>({});
  #problem = $state.raw<ProblemDetails | null>(null);
  #isSubmitting = $state(false);
  #wasTried = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;

  /** How long the film is, as far as it is known; live with every change. */
  readonly length: FilmLength = $derived.by(() => measure(this.cut.shots, (path) => this.library.picture(path), this.rate));

  constructor(services: MakingServices) {
    this.api = services.api;
    this.#jobs = services.jobs;
    this.#submission = new Submission(this.api);
    this.library = new SourceLibrary((path, signal) => this.api.probe(path, signal));
    this.uploads = new UploadQueue({
      find: async (path, signal) => (await this.api.listSources({ prefix: path, limit: 1 }, signal)).items.find((file) => file.path === path),
      put: (path, file, onprogress, signal) => putFile(this.api.sourceUrl(path), file, onprogress, signal),
      ondone: (upload) => this.#uploaded(upload),
    });
    this.keeper = new DraftKeeper(this.api, () => this.cut.toSpec(), services.ondraft);
  }

  get state() {
    return this.#load;
  }

  get presets(): PresetInfo[] | null {
    return this.#presets;
  }

  get projects(): string[] {
    return this.#projects;
  }

  get drafts(): DraftSummary[] {
    return this.#drafts;
  }

  get estimate(): JobEstimate | null {
    return this.#estimate;
  }

  get estimateState() {
    return this.#estimateState;
  }

  /** What stands in the way and belongs to no field. */
  get problem(): ProblemDetails | null {
    return this.#problem;
  }

  get isSubmitting(): boolean {
    return this.#isSubmitting;
  }

  get firstPicture() {
    return this.library.picture(this.cut.shots[0]?.source ?? '');
  }

  get rate() {
    return filmRate(this.cut.frameRate, this.firstPicture);
  }

  /** Whether something would be lost by leaving now. */
  get isUnsaved(): boolean {
    return this.uploads.isBusy || this.keeper.isUnsaved;
  }

  /** A film is not to be made without a shot that was meant for it, only because that did not arrive. Null where nothing failed. */
  get missedUploads(): string | null {
    const failed = this.uploads.failed.length;
    if (failed === 0) return null;
    return failed === 1 ? 'One upload failed: try it again, or take it from the list.' : `${failed} uploads failed: try them again, or take them from the list.`;
  }

  /** What is wrong with each field, by its name; what is still missing is told only after a try. */
  get errors(): Record<string, string[]> {
    if (!this.#wasTried) return this.#refusals;
    const missing: Record<string, string[]> = {
      ...(!this.cut.title.trim() && { title: ['Give the film a title.'] }),
      ...(!this.cut.projectId.trim() && { projectId: ['Say which project it belongs to.'] }),
      ...(this.cut.shots.length === 0 && { shots: ['A film needs at least one shot: upload one, or choose one that is there.'] }),
      ...(this.missedUploads && { shots: [this.missedUploads] }),
      ...(this.cut.presets.length === 0 && { outputs: ['Choose at least one format.'] }),
    };
    return { ...this.#refusals, ...missing };
  }

  /** Fetches what the page needs: formats, projects, and the draft or job that it begins with. */
  async begin(from: { draft?: string | undefined; job?: string | undefined }): Promise<void> {
    this.#load = { state: 'loading' };
    try {
      const [presets, draft, job] = await Promise.all([
        this.api.presets(),
        from.draft ? this.api.getDraft(from.draft) : undefined,
        from.job ? this.#specOf(from.job) : undefined,
      ]);
      this.#presets = presets;
      if (draft) this.#open(draft);
      else if (job) this.#copy(job);
      else if (presets.some((preset) => preset.name === USUAL_PRESET)) this.cut.presets = [USUAL_PRESET];
      if (!draft && !job) this.keeper.baseline();
      this.#load = { state: 'ready' };
    } catch (error) {
      this.#load = { state: 'failed', problem: asProblem(error) };
      return;
    }
    // Neither is needed to begin.
    await Promise.allSettled([
      this.api.projects().then((page) => (this.#projects = page.items.map((project) => project.id))),
      this.api.listDrafts().then((page) => (this.#drafts = page.items.filter((draft) => draft.id !== this.keeper.id))),
    ]);
  }

  /** Something was changed: what is shown of time, disk and mistakes is soon to be another. */
  changed(): void {
    for (const { source } of [...this.cut.shots, ...this.cut.sounds]) this.library.want(source);
    this.keeper.touch();
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (this.cut.shots.length === 0 || this.cut.presets.length === 0) {
      this.#estimate = null;
      this.#estimateState = 'none';
      this.#refusals = {};
      return;
    }
    this.#estimateState = 'asking';
    this.#timer = setTimeout(() => void this.#ask(), ESTIMATE_MS);
  }

  /** The server is back. */
  reconnected(): void {
    this.uploads.retryUnanswered();
    this.library.renewUnanswered();
    if (this.#load.state === 'failed') return;
    if (this.#estimateState === 'failed') this.changed();
    if (this.keeper.state === 'failed') void this.keeper.save();
  }

  /** Starts the job; undefined where something must be mended first. */
  async submit(): Promise<JobDetails | undefined> {
    if (this.#isSubmitting || this.uploads.isBusy) return undefined;
    this.#wasTried = true;
    this.#problem = null;
    if (Object.keys(this.errors).some((field) => !(field in this.#refusals))) return undefined;
    this.#isSubmitting = true;
    try {
      // What does not fit its sources is known to the estimate alone; a job would fail of it only later.
      clearTimeout(this.#timer);
      if (this.#estimateState !== 'known') await this.#ask();
      if (Object.keys(this.#refusals).length > 0) return undefined;
      const job = await this.#submission.submit(this.cut.toSpec());
      await this.keeper.discard();
      return job;
    } catch (error) {
      this.#refuse(error, true);
      return undefined;
    } finally {
      this.#isSubmitting = false;
    }
  }

  async deleteDraft(id: string): Promise<void> {
    const before = this.#drafts;
    this.#drafts = before.filter((draft) => draft.id !== id);
    try {
      await this.api.deleteDraft(id);
    } catch (error) {
      // Gone already is as good.
      if (!(error instanceof ApiError && error.problem.status === 404)) {
        this.#drafts = before;
        this.#problem = asProblem(error);
      }
    }
  }

  /** A conflict's other side. */
  async takeTheirs(): Promise<void> {
    const theirs = await this.keeper.takeTheirs();
    if (theirs) this.#open(theirs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.uploads.stop();
    this.library.stop();
    void this.keeper.save().finally(() => this.keeper.close());
  }

  #open(draft: Draft): void {
    this.cut.load(draft.spec);
    this.keeper.open(draft);
  }

  #copy(spec: JobSpec): void {
    this.cut.load({ ...spec, title: nextTitle(spec.title ?? '') });
    this.keeper.baseline();
  }

  /** An export has the cut of the job that it was made from. */
  async #specOf(jobId: string): Promise<JobSpec> {
    const { spec } = await this.#jobs.getJob(jobId);
    if (spec.timeline || !spec.sourceJobId) return spec;
    return { ...spec, timeline: (await this.#specOf(spec.sourceJobId)).timeline ?? null };
  }

  #uploaded(upload: Upload): void {
    this.library.renew(upload.path);
    if (looksLikeSound(upload.path)) {
      this.cut.addSound(upload.path);
      return;
    }
    const order = this.cut.shots.map((shot) => {
      const other = this.#batches.get(shot.key);
      return other?.batch === upload.batch ? other.id : -1;
    });
    this.#batches.set(this.cut.addShot(upload.path, placeOf(order, upload.id)).key, upload);
  }

  async #ask(): Promise<void> {
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    // Time and disk do not depend on names, so they are told before there are any.
    const spec = this.cut.toSpec();
    const named = { ...spec, title: spec.title || 'Untitled', projectId: spec.projectId || 'untitled' };
    try {
      this.#estimate = await this.api.estimate(named, asking.signal);
      this.#refusals = {};
      this.#problem = null;
      this.#estimateState = 'known';
    } catch (error) {
      if (isAbort(error)) return;
      this.#estimate = null;
      this.#refuse(error, false);
    }
  }

  #refuse(error: unknown, isSubmit: boolean): void {
    const problem = asProblem(error);
    const refusals: Record<string, string[]> = {};
    for (const [path, messages] of Object.entries(problem.errors ?? {})) (refusals[this.cut.fieldOf(path)] ??= []).push(...messages);
    this.#refusals = refusals;
    this.#estimateState = Object.keys(refusals).length > 0 ? 'refused' : 'failed';
    if (refusals['form'] || (isSubmit && Object.keys(refusals).length === 0)) this.#problem = problem;
  }
}
