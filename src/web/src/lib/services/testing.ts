import type { JobDetails, JobSummary, ProgressUpdate } from '../types';

/** Wire records for the specs: whole and plausible, with what matters to a test put over them. */

export function anUpdate(over: Partial<ProgressUpdate> = {}): ProgressUpdate {
  return {
    jobId: 'a',
    type: 'assembly',
    status: 'running',
    progress: 40,
    currentStep: 'Apply format encoding',
    totalSteps: 12,
    estimatedTimeRemaining: 60,
    processingSpeed: 48.25,
    lastUpdate: '2025-03-01T12:00:00Z',
    sequence: 10,
    stepIndex: 6,
    stepProgress: 50,
    message: 'Encoding segment 14 of 40 (h264-1080p)',
    processingSpeedUnit: 'fps',
    etaLow: 50,
    etaHigh: 75,
    timeProgress: 50,
    elapsed: 60,
    error: null,
    resumeAt: null,
    expectedStart: null,
    expectedEnd: null,
    ...over,
  };
}

export function aJob(over: Partial<JobSummary> = {}): JobSummary {
  const id = over.id ?? 'a';
  const status = over.status ?? 'running';
  return {
    id,
    type: 'assembly',
    status,
    projectId: 'harbour',
    title: 'Harbour, cut 3',
    createdAt: '2025-03-01T11:00:00Z',
    startedAt: '2025-03-01T11:00:05Z',
    endedAt: null,
    progress: anUpdate({ jobId: id, status }),
    posterUrl: null,
    presets: ['h264-1080p'],
    shots: 2,
    ...over,
  };
}

export function someDetails(over: Partial<JobDetails> = {}): JobDetails {
  const steps = ['Load and validate source files', 'Process video concatenation', 'Apply format encoding'].map((name, i) => ({
    index: i + 1,
    name,
    status: 'waiting' as const,
    endsAt: [10, 40, 100][i]!,
    startedAt: null,
    endedAt: null,
    seconds: null,
  }));
  const { posterUrl, presets, shots, ...job } = aJob(over);
  return { ...job, priority: 50, attempt: 1, spec: { type: 'assembly' }, steps, outputs: [], setbacks: [], log: [], ...over };
}
