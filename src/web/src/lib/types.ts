/**
 * What crosses the wire, as the server's Contracts room has it: camelCase, enums as lower-case strings, instants as
 * ISO 8601 text, durations in seconds. Nothing here is the page's own.
 */

export type JobType = 'assembly' | 'export' | 'edl';

export type JobStatus = 'pending' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

export type StepStatus = 'waiting' | 'running' | 'done' | 'failed';

export type ProgressWeighting = 'milestones' | 'time';

export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance?: string | null;
  errors?: Record<string, string[]> | null;
  traceId?: string | null;
}

export interface ProgressUpdate {
  jobId: string;
  type: JobType;
  status: JobStatus;
  /** 0 to 100. */
  progress: number;
  currentStep: string;
  totalSteps: number;
  /** Seconds of running time; 0 when ended. */
  estimatedTimeRemaining: number;
  /** In `processingSpeedUnit`. */
  processingSpeed: number;
  lastUpdate: string;
  /** Grows by at least 1 with each update of the job. */
  sequence: number;
  /** 1-based. */
  stepIndex: number;
  /** 0 to 100. */
  stepProgress: number;
  message: string;
  processingSpeedUnit: string;
  /** Seconds. */
  etaLow: number;
  /** Seconds. */
  etaHigh: number;
  /** 0 to 100. */
  timeProgress: number;
  /** Seconds of running time, pauses excluded. */
  elapsed: number;
  error?: ProblemDetails | null;
}

export interface StepInfo {
  /** 1-based. */
  index: number;
  name: string;
  status: StepStatus;
  /** The job's progress, 0 to 100, when the step ends. */
  endsAt: number;
  startedAt?: string | null;
  endedAt?: string | null;
  /** Running time spent in it so far. */
  seconds?: number | null;
}

export interface OutputInfo {
  name: string;
  /** `film`, `edl`, `story`, `poster`, `preview`, `sprite` or `thumbnails`. */
  kind: string;
  preset?: string | null;
  mediaType: string;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  durationSeconds?: number | null;
  frames?: number | null;
  url: string;
}

export interface JobSummary {
  id: string;
  type: JobType;
  status: JobStatus;
  projectId: string;
  title: string;
  createdAt: string;
  startedAt?: string | null;
  endedAt?: string | null;
  progress: ProgressUpdate;
}

export interface JobDetails extends JobSummary {
  priority: number;
  attempt: number;
  spec: JobSpec;
  steps: StepInfo[];
  outputs: OutputInfo[];
}

export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor?: string | null;
}

export interface NotificationEvent {
  id: string;
  event: string;
  jobId: string;
  projectId: string;
  title: string;
  message: string;
  at: string;
}

/** Which jobs a board shows; a missing field means all. */
export interface BoardFilter {
  projectId?: string;
  status?: JobStatus;
}

export interface JobSpec {
  type: JobType;
  projectId?: string | null;
  title?: string | null;
  timeline?: TimelineSpec | null;
  sourceJobId?: string | null;
  outputs?: OutputSpec[] | null;
  notifications?: NotificationSpec | null;
  priority?: number | null;
  progressWeighting?: ProgressWeighting | null;
}

export interface OutputSpec {
  preset?: string | null;
}

export interface NotificationSpec {
  on?: string[] | null;
  email?: string[] | null;
  sms?: string[] | null;
  webhooks?: WebhookSpec[] | null;
}

export interface WebhookSpec {
  url?: string | null;
  secret?: string | null;
}

export interface TimelineSpec {
  frameRate?: string | null;
  width?: number | null;
  height?: number | null;
  startTimecode?: string | null;
  dropFrame?: boolean | null;
  shots?: ShotSpec[] | null;
  audio?: AudioSpec[] | null;
}

export interface ShotSpec {
  source?: string | null;
  in?: string | null;
  out?: string | null;
  name?: string | null;
  scene?: string | null;
  take?: number | null;
  reel?: string | null;
  transition?: TransitionSpec | null;
}

export interface TransitionSpec {
  type?: string | null;
  frames?: number | null;
}

export interface AudioSpec {
  source?: string | null;
  start?: string | null;
  in?: string | null;
  out?: string | null;
  gainDb?: number | null;
  fadeIn?: string | null;
  fadeOut?: string | null;
}
