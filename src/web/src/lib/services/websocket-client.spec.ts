import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProgressUpdate } from '../types';
import { anUpdate } from './testing';
import { backOff, WebSocketClient, type ConnectionState, type Hub } from './websocket-client';

/**
 * A fake, because what is tested is what the client does when a server goes, refuses and comes back at moments that a
 * real one cannot be made to choose. That the real hub understands these calls is shown by the browser tests.
 */
class FakeHub implements Hub {
  isReachable = true;
  starts = 0;
  readonly calls: unknown[][] = [];
  readonly answers = new Map<string, unknown>();
  readonly #handlers = new Map<string, (...args: never[]) => void>();
  #closed: (() => void) | undefined;

  async start() {
    this.starts++;
    if (!this.isReachable) throw new Error('refused');
  }

  async stop() {
    this.#closed?.();
  }

  async invoke<T>(method: string, ...args: unknown[]): Promise<T> {
    this.calls.push([method, ...args]);
    const answer = this.answers.get(method);
    if (answer instanceof Error) throw answer;
    return answer as T;
  }

  on(method: string, handler: (...args: never[]) => void) {
    this.#handlers.set(method, handler);
  }

  onclose(handler: () => void) {
    this.#closed = handler;
  }

  push(method: string, payload: unknown) {
    (this.#handlers.get(method) as (payload: unknown) => void)(payload);
  }

  /** The server is gone. */
  drop() {
    this.isReachable = false;
    this.#closed?.();
  }

  takeCalls() {
    return this.calls.splice(0);
  }
}

function setUp() {
  const hub = new FakeHub();
  const last = new Map<string, number>();
  const client = new WebSocketClient({ connect: () => hub, lastSequence: (jobId) => last.get(jobId), random: () => 0 });
  const states: ConnectionState[] = [];
  client.on('state', (state) => states.push(state));
  return { hub, last, client, states };
}

/** Hubs whose start waits until it is told to go on, as where a network swallows what is sent. */
function setUpHanging() {
  class HangingHub extends FakeHub {
    isStopped = false;
    answer = () => undefined as void;

    override start() {
      return new Promise<void>((resolve) => (this.answer = resolve));
    }

    // As SignalR's: it waits for the start.
    override stop() {
      this.isStopped = true;
      return new Promise<void>(() => undefined);
    }
  }

  const hubs: HangingHub[] = [];
  const connect = () => {
    const hub = new HangingHub();
    hubs.push(hub);
    return hub;
  };
  const client = new WebSocketClient({ connect, lastSequence: () => undefined, random: () => 0 });
  const states: ConnectionState[] = [];
  client.on('state', (state) => states.push(state));
  return { hubs, client, states };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('watching', () => {
  it('asks for a job and for the board, and passes the answer on', async () => {
    const { hub, last, client } = setUp();
    const heard: ProgressUpdate[] = [];
    client.on('progress', (update) => heard.push(update));
    client.start();
    await settled();
    last.set('a', 7);
    hub.answers.set('WatchJob', anUpdate({ sequence: 9 }));
    client.watchJob('a');
    client.watchBoard();
    await settled();
    expect(hub.takeCalls()).toEqual([
      ['WatchJob', 'a', 7],
      ['WatchBoard', {}],
    ]);
    expect(heard.map((update) => update.sequence)).toEqual([9]);
  });

  it('has nothing to pass on when the server answers null', async () => {
    const { hub, client } = setUp();
    const heard = vi.fn();
    client.on('progress', heard);
    hub.answers.set('WatchJob', null);
    client.start();
    await settled();
    client.watchJob('a');
    await settled();
    expect(hub.takeCalls()).toEqual([['WatchJob', 'a', null]]);
    expect(heard).not.toHaveBeenCalled();
  });

  it('asks once for many watchers, and ends with the last of them', async () => {
    const { hub, client } = setUp();
    client.start();
    await settled();
    const first = client.watchJob('a');
    const second = client.watchJob('a');
    first();
    first();
    expect(hub.takeCalls()).toEqual([['WatchJob', 'a', null]]);
    second();
    expect(hub.takeCalls()).toEqual([['UnwatchJob', 'a']]);
  });

  it('begins when there is a connection, for what is still wanted then', async () => {
    const { hub, client } = setUp();
    client.watchJob('a');
    client.watchJob('b')();
    expect(hub.takeCalls()).toEqual([]);
    client.start();
    await settled();
    expect(hub.takeCalls()).toEqual([['WatchJob', 'a', null]]);
  });

  it('survives a server that refuses a watch', async () => {
    const { hub, client } = setUp();
    hub.answers.set('WatchJob', new Error('no such job'));
    client.start();
    await settled();
    client.watchJob('nope');
    await settled();
    expect(client.state).toBe('live');
  });

  it('passes pushes on, until a listener stops', async () => {
    const { hub, client } = setUp();
    const boards = vi.fn();
    const events = vi.fn();
    const stop = client.on('board', boards);
    client.on('notification', events);
    hub.push('board', [anUpdate()]);
    hub.push('notification', { id: '1' });
    stop();
    hub.push('board', []);
    expect(boards).toHaveBeenCalledTimes(1);
    expect(events).toHaveBeenCalledWith({ id: '1' });
  });
});

describe('a connection that is lost', () => {
  it('comes back by itself, and every watch goes on from the last sequence', async () => {
    const { hub, last, client, states } = setUp();
    client.start();
    await settled();
    client.watchJob('a');
    client.watchBoard();
    hub.takeCalls();
    last.set('a', 42);
    hub.drop();
    await vi.advanceTimersByTimeAsync(500);
    expect(client.state).toBe('reconnecting');
    hub.isReachable = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(states).toEqual(['live', 'reconnecting', 'live']);
    expect(hub.takeCalls()).toEqual([
      ['WatchJob', 'a', 42],
      ['WatchBoard', {}],
    ]);
  });

  it('has its watches asked for before anyone hears that it is live', async () => {
    const { hub, client } = setUp();
    client.watchJob('a');
    let callsWhenLive = 0;
    client.on('state', (state) => (callsWhenLive = state === 'live' ? hub.calls.length : callsWhenLive));
    client.start();
    await settled();
    expect(callsWhenLive).toBe(1);
  });

  it('is called offline after some seconds, and is still tried for ever', async () => {
    const { hub, client, states } = setUp();
    hub.isReachable = false;
    client.start();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(states).toEqual(['offline']);
    expect(hub.starts).toBeGreaterThan(100);
    hub.isReachable = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(states).toEqual(['offline', 'live']);
  });

  it('is tried at once when woken', async () => {
    const { hub, client } = setUp();
    hub.isReachable = false;
    client.start();
    await vi.advanceTimersByTimeAsync(60_000);
    hub.isReachable = true;
    client.wake();
    await settled();
    expect(client.state).toBe('live');
  });

  it('is begun anew where a start hangs, and is offline meanwhile', async () => {
    const { hubs, client, states } = setUpHanging();
    client.start();
    await vi.advanceTimersByTimeAsync(7_900);
    expect(states).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(states).toEqual(['offline']);
    expect(hubs.map((hub) => hub.isStopped)).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(hubs).toHaveLength(3);
  });

  it('does not wait for a start that hangs when woken', async () => {
    const { hubs, client } = setUpHanging();
    client.watchJob('a');
    client.start();
    await vi.advanceTimersByTimeAsync(1_000);
    client.wake();
    await settled();
    expect(hubs.map((hub) => hub.isStopped)).toEqual([true, false]);
    hubs[1]!.answer();
    await settled();
    expect(client.state).toBe('live');
    expect(hubs[1]!.takeCalls()).toEqual([['WatchJob', 'a', null]]);
    // What was given up for it ends late, and means nothing any more.
    hubs[0]!.drop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.state).toBe('live');
    expect(hubs).toHaveLength(2);
  });

  it('stays away once it is stopped', async () => {
    const { hub, client } = setUp();
    client.start();
    await settled();
    await client.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hub.starts).toBe(1);
  });
});

describe('backOff', () => {
  it('doubles up to five seconds', () => {
    expect([0, 1, 2, 3, 4, 5, 60].map((tries) => backOff(tries, 0))).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000]);
  });

  it('spreads by a fifth', () => {
    expect(backOff(60, 0.999)).toBeGreaterThanOrEqual(4000);
    expect(backOff(60, 0.5)).toBe(4500);
  });
});
