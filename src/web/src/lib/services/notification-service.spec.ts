import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NotificationEvent } from '../types';
import { desktopNotifications, NotificationService, type DesktopNotifications } from './notification-service.svelte';
import { anUpdate } from './testing';

const running = anUpdate({ status: 'running' });
const completed = anUpdate({ status: 'completed', message: 'The film is ready' });

function anEvent(over: Partial<NotificationEvent> = {}): NotificationEvent {
  return { id: '1', event: 'completed', jobId: 'a', projectId: 'harbour', title: 'Harbour, cut 3', message: 'The film is ready: 2 formats.', at: '2025-03-01T12:00:00Z', ...over };
}

function setUp(over: Partial<DesktopNotifications> = {}) {
  const show = vi.fn<DesktopNotifications['show']>();
  const open = vi.fn();
  const desktop = { permission: () => 'granted' as const, request: async () => 'granted' as const, isPageVisible: () => false, show, ...over };
  return { show, open, service: new NotificationService(desktop, open) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the end of a job', () => {
  it('is told once, though two pushes tell of it', () => {
    const { service, show } = setUp();
    service.jobEvent(anEvent());
    service.progressed(running, anUpdate({ status: 'running' }), 'Harbour, cut 3');
    service.progressed(running, completed, 'Harbour, cut 3');
    service.jobEvent(anEvent());
    expect(service.toasts).toMatchObject([{ tone: 'good', title: 'Harbour, cut 3', text: 'The film is ready: 2 formats.', jobId: 'a' }]);
    expect(show).toHaveBeenCalledTimes(1);
  });

  it('is told after what was told on the way, each once', () => {
    const { service } = setUp();
    const half = anEvent({ id: 'half', event: 'progress', message: 'Harbour, cut 3 is 50 % done' });
    service.jobEvent(half);
    service.jobEvent(half);
    service.jobEvent(anEvent());
    expect(service.toasts).toMatchObject([{ tone: 'plain', text: 'Harbour, cut 3 is 50 % done' }, { tone: 'good' }]);
  });

  it('is told from the progress alone where no event comes', () => {
    const { service } = setUp();
    service.progressed(running, anUpdate({ status: 'failed', error: { type: 'x', title: 'A source is missing', status: 422, detail: 'Upload it.' } }), 'Harbour');
    expect(service.toasts).toMatchObject([{ tone: 'bad', title: 'Harbour', text: 'Upload it.' }]);
  });

  it('is no news where the job had ended before the page saw it', () => {
    const { service } = setUp();
    service.progressed(undefined, completed, 'Harbour');
    service.progressed(completed, anUpdate({ status: 'completed', sequence: 11 }), 'Harbour');
    expect(service.toasts).toEqual([]);
  });

  it('is news again after a retry', () => {
    const { service } = setUp();
    const failed = anUpdate({ status: 'failed' });
    service.progressed(running, failed, 'Harbour');
    service.progressed(failed, running, 'Harbour');
    service.progressed(running, completed, 'Harbour');
    expect(service.toasts.map((toast) => toast.tone)).toEqual(['bad', 'good']);
  });
});

describe('the desktop', () => {
  it('is left alone while someone looks at the page, or did not allow it', () => {
    for (const over of [{ isPageVisible: () => true }, { permission: () => 'default' as const }]) {
      const { service, show } = setUp(over);
      service.jobEvent(anEvent());
      expect(show).not.toHaveBeenCalled();
      expect(service.toasts).toHaveLength(1);
    }
  });

  it('leads to the job', () => {
    const { service, show, open } = setUp();
    service.jobEvent(anEvent());
    show.mock.calls[0]![3]();
    expect(open).toHaveBeenCalledWith('a');
  });

  it('may have no notifications at all', async () => {
    const service = new NotificationService(undefined, () => undefined);
    service.jobEvent(anEvent());
    expect(service.permission).toBe('unsupported');
    await service.askPermission();
    expect(service.permission).toBe('unsupported');
    expect(service.toasts).toHaveLength(1);
  });
});

describe('a browser that has notifications and makes none, as on Android', () => {
  afterEach(() => void vi.unstubAllGlobals());

  function illegal(permission: NotificationPermission) {
    const constructor = function () {
      throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.');
    };
    vi.stubGlobal('Notification', Object.assign(constructor, { permission }));
  }

  it('is known before the reader is asked', () => {
    illegal('default');
    expect(new NotificationService(desktopNotifications(), () => undefined).permission).toBe('unsupported');
  });

  it('has the toast all the same where it was allowed before, and is left alone after that', () => {
    illegal('granted');
    vi.stubGlobal('document', { visibilityState: 'hidden' });
    const service = new NotificationService(desktopNotifications(), () => undefined);
    service.progressed(running, completed, 'Harbour');
    expect(service.toasts).toHaveLength(1);
    expect(service.permission).toBe('unsupported');
  });
});

describe('toasts', () => {
  it('go by themselves, but not while they are held', () => {
    const { service } = setUp();
    service.refused('Pause', { type: 'x', title: 'Not now', status: 409, detail: 'It is about to end.' });
    const [toast] = service.toasts;
    expect(toast).toMatchObject({ tone: 'bad', title: 'Pause: Not now', text: 'It is about to end.' });
    service.hold(toast!.id);
    vi.advanceTimersByTime(60_000);
    expect(service.toasts).toHaveLength(1);
    service.release(toast!.id);
    vi.advanceTimersByTime(8_000);
    expect(service.toasts).toEqual([]);
  });

  it('are few at a time, the newest of them', () => {
    const { service } = setUp();
    for (let i = 1; i <= 6; i++) service.toast('plain', `${i}`, '', null);
    expect(service.toasts.map((toast) => toast.title)).toEqual(['3', '4', '5', '6']);
  });
});
