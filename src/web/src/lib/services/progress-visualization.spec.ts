import { describe, expect, it } from 'vitest';
import type { JobStatus, OutputInfo } from '../types';
import {
  allowedActions,
  describeCut,
  describeEta,
  describeLoss,
  describeLosses,
  isEnded,
  isOutdated,
  isStatus,
  messageOf,
  milestones,
  playableFilm,
  settle,
  statusWord,
  STATUSES,
  viewSteps,
} from './progress-visualization';
import { formatClock } from './format';
import { anUpdate, someDetails } from './testing';

describe('words', () => {
  it('has a word for every status and knows the ended ones', () => {
    expect(STATUSES.map(statusWord)).toEqual(['Waiting', 'Running', 'Paused', 'Completed', 'Failed', 'Cancelled']);
    expect(STATUSES.filter(isEnded)).toEqual(['completed', 'failed', 'cancelled']);
    expect(isStatus('running')).toBe(true);
    expect(isStatus('walking')).toBe(false);
    expect(isStatus(null)).toBe(false);
  });

  it.each<[JobStatus, string]>([
    ['pending', 'pause cancel'],
    ['running', 'pause cancel'],
    ['paused', 'resume cancel'],
    ['completed', ''],
    ['failed', 'retry'],
    ['cancelled', 'retry'],
  ])('a job that is %s may be asked to: %s', (status, actions) => expect(allowedActions(status).join(' ')).toBe(actions));

  it('tells until when a job is paused in the time of the reader, and all else as the server says it', () => {
    const now = new Date('2025-03-01T12:00:00Z');
    const paused = anUpdate({ status: 'paused', message: 'Paused until 2025-03-02 06:00 UTC', resumeAt: '2025-03-02T06:00:00Z' });
    expect(messageOf(paused, now)).toBe(`Paused until ${formatClock(new Date('2025-03-02T06:00:00Z'), now)}`);
    expect(messageOf({ ...paused, resumeAt: null, message: 'Paused' }, now)).toBe('Paused');
    expect(messageOf(anUpdate({ resumeAt: '2025-03-02T06:00:00Z' }), now)).toBe('Encoding segment 14 of 40 (h264-1080p)');
  });

  it('describes the cut with what is known of it', () => {
    expect(
      describeCut({
        type: 'assembly',
        timeline: { frameRate: '24000/1001', width: 1920, height: 1080, shots: [{}, {}] },
        outputs: [{ preset: 'h264-1080p' }, { preset: 'prores-422hq' }],
      }),
    ).toBe('2 shots · 24000/1001 fps · 1920×1080 · h264-1080p, prores-422hq');
    expect(describeCut({ type: 'edl', timeline: { shots: [{}] } })).toBe('1 shot');
    expect(describeCut({ type: 'export' })).toBe('');
  });
});

describe('the estimate', () => {
  it('is a duration, a range and a time of day by the clock of the server', () => {
    expect(describeEta(anUpdate({ estimatedTimeRemaining: 250, etaLow: 228, etaHigh: 306, lastUpdate: '2025-03-01T12:00:00Z' }))).toEqual({
      text: '4 min 10 s',
      range: '3.8 to 5.1 min',
      doneAt: new Date('2025-03-01T12:04:10Z'),
    });
  });

  it('has no time of day while the job stands still', () => {
    expect(describeEta(anUpdate({ status: 'paused' })).doneAt).toBeNull();
    expect(describeEta(anUpdate({ status: 'pending' })).doneAt).toBeNull();
  });

  it('says what it does not know', () => {
    expect(describeEta(anUpdate({ estimatedTimeRemaining: 0 })).text).toBe('Estimating');
    expect(describeEta(anUpdate({ status: 'pending', estimatedTimeRemaining: 0 })).text).toBe('Waiting');
    expect(describeEta(anUpdate({ status: 'completed', estimatedTimeRemaining: 0 })).text).toBe('Done');
    expect(describeEta(anUpdate({ status: 'failed', estimatedTimeRemaining: 0 })).text).toBe('–');
  });
});

describe('settle', () => {
  const before = anUpdate({ progress: 40, stepIndex: 6, stepProgress: 50, elapsed: 60 });

  it('leaves alone what goes forward', () => {
    const next = anUpdate({ progress: 41, stepProgress: 60, elapsed: 61 });
    expect(settle(before, next)).toBe(next);
  });

  it('holds the bars where a number falls, and keeps the rest of the update', () => {
    expect(settle(before, anUpdate({ progress: 39, stepProgress: 45, elapsed: 61, estimatedTimeRemaining: 70 }))).toMatchObject({
      progress: 40,
      stepProgress: 50,
      estimatedTimeRemaining: 70,
    });
  });

  it('starts the step bar anew with each step', () => {
    expect(settle(before, anUpdate({ progress: 45, stepIndex: 7, stepProgress: 0, elapsed: 61 })).stepProgress).toBe(0);
  });

  it('starts anew with a retry', () => {
    const failed = anUpdate({ status: 'failed', progress: 40 });
    expect(settle(failed, anUpdate({ status: 'running', progress: 2, stepIndex: 6 })).progress).toBe(2);
  });

  it('starts anew with a retry that was not seen, by its step or its time', () => {
    expect(settle(before, anUpdate({ progress: 2, stepIndex: 1 })).progress).toBe(2);
    expect(settle(before, anUpdate({ progress: 36, stepIndex: 6, elapsed: 3 })).progress).toBe(36);
  });
});

describe('the steps', () => {
  const { steps } = someDetails();
  const fetchedAt = anUpdate({ stepIndex: 2, elapsed: 20, sequence: 5 });
  const known = steps.map((step) => ({ ...step, seconds: step.index === 1 ? 4 : null }));
  const states = (newest: ReturnType<typeof anUpdate>) => viewSteps(known, newest).map((step) => step.state);

  it('are brought up to date by the progress', () => {
    expect(states(anUpdate({ stepIndex: 2 }))).toEqual(['done', 'running', 'waiting']);
    expect(states(anUpdate({ stepIndex: 3 }))).toEqual(['done', 'done', 'running']);
    expect(states(anUpdate({ stepIndex: 2, status: 'paused' }))).toEqual(['done', 'paused', 'waiting']);
    expect(states(anUpdate({ stepIndex: 2, status: 'failed' }))).toEqual(['done', 'failed', 'waiting']);
    expect(states(anUpdate({ stepIndex: 2, status: 'cancelled' }))).toEqual(['done', 'stopped', 'waiting']);
    expect(states(anUpdate({ stepIndex: 1, status: 'pending' }))).toEqual(['waiting', 'waiting', 'waiting']);
    expect(states(anUpdate({ stepIndex: 3, status: 'completed' }))).toEqual(['done', 'done', 'done']);
  });

  it('count the running time of the one in work on, without pauses', () => {
    const views = viewSteps(known, anUpdate({ stepIndex: 2, elapsed: 23.5, stepProgress: 60 }));
    expect(views[0]).toMatchObject({ seconds: 4, percent: 100 });
    expect(views[1]).toMatchObject({ seconds: 19.5, percent: 60 });
    expect(views[2]).toMatchObject({ seconds: null, percent: 0 });
  });

  it('say nothing of the time of one whose predecessor is not known yet', () => {
    expect(viewSteps(known, anUpdate({ stepIndex: 3, elapsed: 30 })).map((step) => step.seconds)).toEqual([4, null, null]);
  });

  it('keep the time that the server noted where the job ended', () => {
    const noted = known.map((step) => (step.index === 2 ? { ...step, seconds: 11 } : step));
    expect(viewSteps(noted, anUpdate({ stepIndex: 2, elapsed: 99, status: 'failed' }))[1]).toMatchObject({ state: 'failed', seconds: 11 });
  });

  it('are to be fetched again when one ended, not while one goes on', () => {
    expect(isOutdated(fetchedAt, anUpdate({ sequence: 6, stepIndex: 2 }))).toBe(false);
    expect(isOutdated(fetchedAt, anUpdate({ sequence: 6, stepIndex: 3 }))).toBe(true);
    expect(isOutdated(fetchedAt, anUpdate({ sequence: 6, stepIndex: 2, status: 'paused' }))).toBe(true);
    expect(isOutdated(fetchedAt, anUpdate({ sequence: 4, stepIndex: 1 }))).toBe(false);
  });

  it('mark the whole bar where they end, but for the last', () => {
    expect(milestones(steps)).toEqual([10, 40]);
  });
});

describe('the film to play', () => {
  const output = (name: string, mediaType: string, preset: string | null, kind = 'film'): OutputInfo => ({ name, kind, preset, mediaType, bytes: 1, sha256: '', durationSeconds: null, frames: null, url: '', tiles: null });
  const prores = output('a.mov', 'video/quicktime', 'prores-422hq');
  const hevc = output('b.mp4', 'video/mp4', 'hevc-1080p');
  const vp9 = output('c.webm', 'video/webm', 'vp9-1080p');
  const h264 = output('d.mp4', 'video/mp4', 'h264-720p');
  const preview = output('p.mp4', 'video/mp4', null, 'preview');
  const chromium = (type: string) => type.includes('avc1') || type.includes('vp9');

  it('is H.264 where there is one, then WebM', () => {
    expect(playableFilm([preview, prores, hevc, vp9, h264], chromium)).toBe(h264);
    expect(playableFilm([prores, hevc, vp9], chromium)).toBe(vp9);
  });

  it('is none where the browser plays none', () => {
    expect(playableFilm([prores, hevc, preview], chromium)).toBeUndefined();
    expect(playableFilm([], chromium)).toBeUndefined();
  });

  it('may be of a preset that this page does not know', () => {
    expect(playableFilm([prores], (type) => type === 'video/quicktime')).toBe(prores);
  });
});

describe('describeLoss', () => {
  it('says what a cancel throws away, and what to do instead', () => {
    expect(describeLoss(anUpdate({ elapsed: 80 }), { all: 40, done: 3 })).toBe(
      '3 of 40 segments are encoded and will be thrown away; 1 min 20 s of work will be lost. A retry would begin from the start. To go on later, pause it instead.',
    );
    expect(describeLoss(anUpdate({ elapsed: 0 }), null)).toMatch(/^Nothing has been made yet, so nothing is lost\. /);
  });

  it('says it of several too', () => {
    expect(describeLosses([anUpdate({ elapsed: 50 }), anUpdate({ elapsed: 30 })])).toBe('1 min 20 s of work will be lost. A retry would begin from the start. To go on later, pause them instead.');
    expect(describeLosses([anUpdate({ elapsed: 80 })])).toMatch(/pause it instead\.$/);
    expect(describeLosses([anUpdate({ elapsed: 0 }), anUpdate({ elapsed: 0 })])).toMatch(/^Nothing has been made yet/);
  });
});
