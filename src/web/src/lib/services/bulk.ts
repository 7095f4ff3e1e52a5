import type { JobAction } from './api';
import type { JobStatus, ProblemDetails } from '../types';

/** What a job will be once the server has done what was asked. */
export const STATUS_AFTER: Record<JobAction, JobStatus> = { pause: 'paused', resume: 'running', cancel: 'cancelled', retry: 'pending' };

const DONE_WORDS: Record<JobAction, string> = { pause: 'Paused', resume: 'Resumed', cancel: 'Cancelled', retry: 'Started again' };
const UNABLE_WORDS: Record<JobAction, string> = { pause: 'could be paused', resume: 'was paused', cancel: 'could be cancelled', retry: 'had failed or been cancelled' };

/** Requests at a time: a browser opens no more than six to one server anyway. */
const AT_ONCE = 6;

export interface BulkResult {
  tone: 'good' | 'bad' | 'plain';
  title: string;
  text: string;
}

/** One message for what many jobs were asked to do: how many did it, how many it meant nothing to, and why others refused. */
export function describeBulk(action: JobAction, done: number, skipped: number, refusals: readonly ProblemDetails[]): BulkResult {
  const asked = done + refusals.length;
  const rest = skipped > 0 ? `${count(skipped, 'job')} left alone: none of them ${UNABLE_WORDS[action]}.` : '';
  if (asked === 0) return { tone: 'plain', title: `Nothing to ${action}`, text: rest || 'No job was chosen.' };
  const reason = refusals[0] ? `${refusals.length} refused: ${refusals[0].detail || refusals[0].title}` : '';
  return {
    tone: refusals.length > 0 ? 'bad' : 'good',
    title: refusals.length > 0 ? `${DONE_WORDS[action]} ${done} of ${count(asked, 'job')}` : `${DONE_WORDS[action]} ${count(done, 'job')}`,
    text: [reason, rest].filter(Boolean).join(' '),
  };
}

/** Does something with each, a few at a time; the answers in the order of what was given. */
export async function withEach<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const mine = next++;
      answers[mine] = await act(items[mine]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return answers;
}

export function count(number: number, what: string): string {
  return `${number.toLocaleString()} ${what}${number === 1 ? '' : 's'}`;
}
