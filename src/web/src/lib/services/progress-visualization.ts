import type { JobAction } from './api';
import { clampPercent, formatClock, formatDuration, formatRange, UNKNOWN } from './format';
import type { JobSpec, JobStatus, OutputInfo, ProgressUpdate, StepInfo } from '../types';

/** Everything between the wire and the eye: pure functions from updates to words, numbers and bars. */

export const STATUSES: readonly JobStatus[] = ['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'];

const STATUS_WORDS: Record<JobStatus, string> = {
  pending: 'Waiting',
  running: 'Running',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const ACTIONS: Record<JobStatus, readonly JobAction[]> = {
  pending: ['pause', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  completed: [],
  failed: ['retry'],
  cancelled: ['retry'],
};

export function statusWord(status: JobStatus): string {
  return STATUS_WORDS[status];
}

export function isEnded(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

export function isStatus(text: string | null): text is JobStatus {
  return STATUSES.includes(text as JobStatus);
}

/** What may be asked of a job in this status. */
export function allowedActions(status: JobStatus): readonly JobAction[] {
  return ACTIONS[status];
}

/** What is happening now. Until when a job is paused is told in the reader's own time: the server's words have another zone's. */
export function messageOf(progress: ProgressUpdate, now: Date): string {
  if (progress.status === 'paused' && progress.resumeAt) return `Paused until ${formatClock(new Date(progress.resumeAt), now)}`;
  return progress.message;
}

export interface Eta {
  /** `4 min 10 s`, or what to say where there is no estimate. */
  text: string;
  /** `3.8 to 5.1 min`, or null where low and high read the same. */
  range: string | null;
  /** When it will be done, or null while nobody can know (paused, waiting, ended). */
  doneAt: Date | null;
}

export function describeEta(update: ProgressUpdate): Eta {
  const none = { range: null, doneAt: null };
  if (update.status === 'completed') return { text: 'Done', ...none };
  if (isEnded(update.status)) return { text: UNKNOWN, ...none };
  const seconds = update.estimatedTimeRemaining;
  if (!Number.isFinite(seconds) || seconds <= 0) return { text: update.status === 'pending' ? 'Waiting' : 'Estimating', ...none };
  // From the server's own clock: the reader's may be wrong, and the answer must not wander while nothing comes.
  const doneAt = update.status === 'running' ? new Date(Date.parse(update.lastUpdate) + seconds * 1000) : null;
  return { text: formatDuration(seconds), range: formatRange(update.etaLow, update.etaHigh), doneAt };
}

/**
 * The next update as it may be shown after the previous one: within an attempt no bar goes back, whatever rounding or
 * a repeated piece did to the number. A new attempt starts where the server says.
 */
export function settle(previous: ProgressUpdate, next: ProgressUpdate): ProgressUpdate {
  if (isNewAttempt(previous, next)) return next;
  const progress = Math.max(previous.progress, next.progress);
  const stepProgress = next.stepIndex === previous.stepIndex ? Math.max(previous.stepProgress, next.stepProgress) : next.stepProgress;
  return progress === next.progress && stepProgress === next.stepProgress ? next : { ...next, progress, stepProgress };
}

/** An update does not carry its attempt; it shows as life after an end, or as an earlier step or less time than before. */
function isNewAttempt(previous: ProgressUpdate, next: ProgressUpdate): boolean {
  return (isEnded(previous.status) && !isEnded(next.status)) || next.stepIndex < previous.stepIndex || next.elapsed < previous.elapsed - 1;
}

export type StepState = 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'stopped';

export interface StepView {
  index: number;
  name: string;
  state: StepState;
  /** 0 to 100. */
  percent: number;
  /** Running time spent in it, or null while unknown. */
  seconds: number | null;
}

const STEP_WORDS: Record<StepState, string> = {
  waiting: 'Waiting',
  running: 'In work',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  stopped: 'Stopped',
};

export function stepWord(state: StepState): string {
  return STEP_WORDS[state];
}

const CURRENT_STATE: Record<JobStatus, StepState> = {
  pending: 'waiting',
  running: 'running',
  paused: 'paused',
  completed: 'done',
  failed: 'failed',
  cancelled: 'stopped',
};

/**
 * The steps as fetched, brought up to date by the newest progress. Steps change only a few times in a job's life,
 * progress many times a second; so only the latter is pushed.
 */
export function viewSteps(steps: readonly StepInfo[], newest: ProgressUpdate): StepView[] {
  return steps.map((step) => {
    const base = { index: step.index, name: step.name, seconds: step.seconds ?? null };
    if (newest.status === 'completed' || step.index < newest.stepIndex) return { ...base, state: 'done', percent: 100 };
    if (step.index > newest.stepIndex) return { ...base, state: 'waiting', percent: 0, seconds: null };
    const seconds = newest.status === 'pending' ? null : (isEnded(newest.status) ? base.seconds : null) ?? secondsOfCurrent(steps, newest);
    return { ...base, state: CURRENT_STATE[newest.status], percent: clampPercent(newest.stepProgress), seconds };
  });
}

/** Steps run one after the other: the current one has what the earlier ones left of the running time. */
function secondsOfCurrent(steps: readonly StepInfo[], newest: ProgressUpdate): number | null {
  let seconds = newest.elapsed;
  for (const step of steps.filter((earlier) => earlier.index < newest.stepIndex)) {
    // It ended since the steps were fetched; they are on their way again.
    if (step.seconds == null) return null;
    seconds -= step.seconds;
  }
  return Math.max(0, seconds);
}

/** Whether the steps must be fetched again: something began or ended since. */
export function isOutdated(fetchedAt: ProgressUpdate, newest: ProgressUpdate): boolean {
  return newest.sequence > fetchedAt.sequence && (newest.stepIndex !== fetchedAt.stepIndex || newest.status !== fetchedAt.status);
}

/** Where marks go on the whole bar: the ends of all steps but the last. */
export function milestones(steps: readonly StepInfo[]): number[] {
  return steps.map((step) => step.endsAt).filter((at) => at > 0 && at < 100);
}

/** A media type says only `video/mp4` for both H.264 and HEVC; the browser must be asked with the codecs. */
const CODECS: readonly (readonly [presetStart: string, type: string])[] = [
  ['h264', 'video/mp4; codecs="avc1.640028, mp4a.40.2"'],
  ['vp9', 'video/webm; codecs="vp9, opus"'],
  ['av1', 'video/mp4; codecs="av01.0.08M.08, mp4a.40.2"'],
  ['hevc', 'video/mp4; codecs="hvc1.1.6.L120.90, mp4a.40.2"'],
];

/** The film to play in the page: the first in our order of preference that this browser says it can play. */
export function playableFilm(outputs: readonly OutputInfo[], canPlay: (type: string) => boolean): OutputInfo | undefined {
  const films = outputs.filter((output) => output.kind === 'film');
  const rank = (film: OutputInfo) => CODECS.findIndex(([start]) => film.preset?.startsWith(start));
  const known = films.filter((film) => rank(film) >= 0).sort((a, b) => rank(a) - rank(b));
  return known.find((film) => canPlay(CODECS[rank(film)]![1])) ?? films.find((film) => rank(film) < 0 && canPlay(film.mediaType));
}

/** What the job makes, in a line: `20 shots · 24000/1001 fps · 1920×1080 · h264-1080p, prores-422hq`. */
export function describeCut(spec: JobSpec): string {
  const { timeline, outputs } = spec;
  const shots = timeline?.shots?.length;
  return [
    shots && `${shots} ${shots === 1 ? 'shot' : 'shots'}`,
    timeline?.frameRate && `${timeline.frameRate} fps`,
    timeline?.width && timeline.height && `${timeline.width}×${timeline.height}`,
    outputs?.map((output) => output.preset).join(', '),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What is lost when the job is cancelled, in a sentence or two. */
export function describeLoss(progress: ProgressUpdate, made: { all: number; done: number } | null): string {
  const parts = [];
  if (made && made.done > 0) parts.push(`${made.done.toLocaleString()} of ${made.all.toLocaleString()} segments are encoded and will be thrown away`);
  return lossWords(parts, progress.elapsed, 'it');
}

/** The same of one or several, of whose segments nothing is known here. */
export function describeLosses(jobs: readonly ProgressUpdate[]): string {
  const elapsed = jobs.reduce((sum, job) => sum + job.elapsed, 0);
  return lossWords([], elapsed, jobs.length === 1 ? 'it' : 'them');
}

function lossWords(parts: readonly string[], elapsed: number, what: string): string {
  const all = elapsed >= 1 ? [...parts, `${formatDuration(elapsed)} of work will be lost`] : parts;
  const loss = all.length > 0 ? `${all.join('; ')}. ` : 'Nothing has been made yet, so nothing is lost. ';
  return `${loss}A retry would begin from the start. To go on later, pause ${what} instead.`;
}
