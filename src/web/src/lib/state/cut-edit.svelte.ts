import { isMasked } from '../services/notify-api';
import type { Picture } from '../services/source-facts';
import { add, canDropFrame, compare, countsDropFrame, frameAt, parseRate, parseSeconds, readPoint, subtract, toNumber, ZERO, type Fraction, type Rate } from '../services/timecode';
import type { AudioSpec, JobSpec, NotificationSpec, ShotSpec, WebhookSpec } from '../types';

/** A shot as it is being edited: points are text as the wire has them, so that nothing typed is lost, however wrong. */
export interface ShotEdit {
  /** Stays when the shot moves. */
  readonly key: number;
  source: string;
  /** Empty: the source's first frame. */
  in: string;
  /** The first frame not used. Empty: to the source's end. */
  out: string;
  name: string;
  scene: string;
  take: number | null;
  reel: string;
  transition: 'cut' | 'dissolve';
  dissolveFrames: number | null;
}

/** A sound under the film as it is being edited; times in seconds. */
export interface SoundEdit {
  readonly key: number;
  source: string;
  start: number | null;
  in: number | null;
  out: number | null;
  gainDb: number | null;
  fadeIn: number | null;
  fadeOut: number | null;
}

/** How long a shot is, and where in the film. Null where its source is not known yet or its points cannot be read. */
export interface Placed {
  startFrame: number;
  frames: number | null;
  /** Of the source, in seconds. */
  in: number | null;
  out: number | null;
}

export interface FilmLength {
  shots: Placed[];
  frames: number;
  /** False while the length of some shot is unknown. */
  isWhole: boolean;
}

export const PRIORITY = 50;
const DISSOLVE = 12;

/** What of a job is not edited here and must survive being opened and saved. */
type Kept = Pick<JobSpec, 'notifications' | 'progressWeighting'>;

/** A film being put together: the state behind the page's fields, and its two ways from and to a job. */
export class CutEdit {
  projectId = $state('');
  title = $state('');
  /** Empty: the first shot's. */
  frameRate = $state('');
  /** Null, both: the first shot's. */
  width = $state<number | null>(null);
  height = $state<number | null>(null);
  startTimecode = $state('');
  /** Null: as the start timecode is written, or the first shot's. */
  dropFrame = $state<boolean | null>(null);
  shots = $state<ShotEdit[]>([]);
  sounds = $state<SoundEdit[]>([]);
  presets = $state<string[]>([]);
  priority = $state(PRIORITY);
  #lostHooks = $state.raw<string[]>([]);
  #kept: Kept = {};
  #nextKey = 1;

  get isEmpty(): boolean {
    return this.shots.length === 0 && this.sounds.length === 0 && this.title.trim() === '';
  }

  /** Addresses of the webhooks that did not come along with the job that was loaded: nobody has their secrets but its server. */
  get lostHooks(): readonly string[] {
    return this.#lostHooks;
  }

  /** Puts a source in as a shot; at the end, unless told where. */
  addShot(source: string, at = this.shots.length): ShotEdit {
    const shot: ShotEdit = { key: this.#nextKey++, source, in: '', out: '', name: '', scene: '', take: null, reel: '', transition: 'cut', dissolveFrames: null };
    this.shots.splice(at, 0, shot);
    return this.shots[at]!;
  }

  /** The same source once more, right behind. */
  repeatShot(key: number): ShotEdit | undefined {
    const index = this.indexOf(key);
    const shot = this.shots[index];
    if (!shot) return undefined;
    this.shots.splice(index + 1, 0, { ...shot, key: this.#nextKey++, transition: 'cut', dissolveFrames: null });
    return this.shots[index + 1]!;
  }

  /** Takes a shot out; gives what puts it back. */
  removeShot(key: number): (() => void) | undefined {
    const index = this.indexOf(key);
    if (index < 0) return undefined;
    const [shot] = this.shots.splice(index, 1);
    return () => void this.shots.splice(Math.min(index, this.shots.length), 0, shot!);
  }

  /** Moves a shot to a place, counted without it; gives its new index. */
  moveShot(key: number, to: number): number {
    const from = this.indexOf(key);
    if (from < 0) return from;
    const target = Math.max(0, Math.min(this.shots.length - 1, to));
    if (target !== from) {
      const [shot] = this.shots.splice(from, 1);
      this.shots.splice(target, 0, shot!);
    }
    return target;
  }

  indexOf(key: number): number {
    return this.shots.findIndex((shot) => shot.key === key);
  }

  setTransition(shot: ShotEdit, type: 'cut' | 'dissolve'): void {
    shot.transition = type;
    if (type === 'dissolve') shot.dissolveFrames ??= DISSOLVE;
  }

  addSound(source: string): SoundEdit {
    this.sounds.push({ key: this.#nextKey++, source, start: 0, in: null, out: null, gainDb: 0, fadeIn: null, fadeOut: null });
    return this.sounds[this.sounds.length - 1]!;
  }

  removeSound(key: number): void {
    this.sounds = this.sounds.filter((sound) => sound.key !== key);
  }

  togglePreset(name: string): void {
    this.presets = this.presets.includes(name) ? this.presets.filter((other) => other !== name) : [...this.presets, name];
  }

  /** Takes over a job: a draft, a finished film to be changed, one day an imported edit list. */
  load(spec: JobSpec): void {
    const timeline = spec.timeline ?? {};
    this.projectId = spec.projectId ?? '';
    this.title = spec.title ?? '';
    this.frameRate = timeline.frameRate ?? '';
    this.width = timeline.width ?? null;
    this.height = timeline.height ?? null;
    this.startTimecode = timeline.startTimecode ?? '';
    this.dropFrame = timeline.dropFrame ?? null;
    this.shots = (timeline.shots ?? []).map((shot) => readShot(shot, this.#nextKey++));
    this.sounds = (timeline.audio ?? []).map((sound) => readSound(sound, this.#nextKey++));
    this.presets = [...new Set((spec.outputs ?? []).flatMap((output) => output.preset ?? []))];
    this.priority = spec.priority ?? PRIORITY;
    this.#lostHooks = (spec.notifications?.webhooks ?? []).filter(hasMask).map((hook) => hook.url ?? '');
    this.#kept = {
      ...(spec.notifications && { notifications: withoutMasks(spec.notifications) }),
      ...(spec.progressWeighting && { progressWeighting: spec.progressWeighting }),
    };
  }

  /** The job as it stands. */
  toSpec(): JobSpec {
    return {
      type: 'assembly',
      projectId: this.projectId.trim(),
      title: this.title.trim(),
      timeline: {
        ...(this.frameRate && { frameRate: this.frameRate }),
        ...(this.width !== null && { width: this.width }),
        ...(this.height !== null && { height: this.height }),
        ...(this.startTimecode && { startTimecode: this.startTimecode }),
        ...(this.dropFrame !== null && { dropFrame: this.dropFrame }),
        shots: this.shots.map(writeShot),
        ...(this.sounds.length > 0 && { audio: this.sounds.map(writeSound) }),
      },
      outputs: this.presets.map((preset) => ({ preset })),
      priority: this.priority,
      ...this.#kept,
    };
  }

  /** Whether the film counts drop-frame, as the server finds it. */
  isDropFrame(first: Picture | undefined): boolean {
    if (this.dropFrame !== null) return this.dropFrame;
    if (this.startTimecode) return this.startTimecode[8] === ';';
    return first !== undefined && countsDropFrame(first.counting) && filmCanDropFrame(filmRate(this.frameRate, first));
  }

  /** The field that a path of the server's means, as {@link fieldOf} of the page names it. */
  fieldOf(path: string): string {
    return fieldOf(path, this.shots.map((shot) => shot.key), this.sounds.map((sound) => sound.key));
  }
}

/** The film's rate: as written, or the first shot's. */
export function filmRate(written: string, first: Picture | undefined): Rate | undefined {
  return written ? parseRate(written) : first?.rate;
}

export function filmCanDropFrame(rate: Rate | undefined): boolean {
  return rate !== undefined && canDropFrame(rate);
}

/** Seconds of a source that a shot uses; undefined where its points cannot be read or there is nothing between them. */
export function usedOf(shot: Pick<ShotEdit, 'in' | 'out'>, picture: Picture): { in: Fraction; out: Fraction } | undefined {
  const start = shot.in ? readPoint(shot.in, picture.counting, shot.out) : { ok: true as const, value: ZERO };
  const end = shot.out ? readPoint(shot.out, picture.counting, shot.in) : { ok: true as const, value: picture.duration };
  if (!start.ok || !end.ok) return undefined;
  const out = compare(end.value, picture.duration) > 0 ? picture.duration : end.value;
  return compare(start.value, out) < 0 ? { in: start.value, out } : undefined;
}

/**
 * Where each shot lies in the film: boundaries are the frames nearest to the exact sums of the durations before, as the
 * server plans them, so that rounding cannot grow.
 */
export function measure(shots: readonly ShotEdit[], pictureOf: (source: string) => Picture | undefined, rate: Rate | undefined): FilmLength {
  let time = ZERO;
  let start = 0;
  let isWhole = rate !== undefined && shots.length > 0;
  const placed = shots.map((shot): Placed => {
    const picture = pictureOf(shot.source);
    const used = picture && usedOf(shot, picture);
    if (!used || !rate) {
      isWhole = false;
      return { startFrame: start, frames: null, in: null, out: null };
    }
    time = add(time, subtract(used.out, used.in));
    const end = frameAt(time, rate);
    const place = { startFrame: start, frames: end - start, in: toNumber(used.in), out: toNumber(used.out) };
    start = end;
    return place;
  });
  return { shots: placed, frames: start, isWhole };
}

/**
 * Where a shot of an upload belongs among those there: behind the last of the files before it that were put in together
 * with it, whichever of them came over first; at the end where there is none.
 */
export function placeOf(order: readonly number[], mine: number): number {
  for (let i = order.length - 1; i >= 0; i--) if (order[i]! >= 0 && order[i]! < mine) return i + 1;
  const behind = order.findIndex((other) => other > mine);
  return behind >= 0 ? behind : order.length;
}

/**
 * A field's name in the page from the path in a problem: `timeline.shots[2].in` is `shot/KEY/in`, whatever place the shot
 * with that key has moved to since. What has no field of its own is told over the whole, as `form`.
 */
export function fieldOf(path: string, shotKeys: readonly number[], soundKeys: readonly number[]): string {
  const shot = /^timeline\.shots\[(\d+)\](?:\.(\w+))?/.exec(path);
  if (shot) return shotKeys[Number(shot[1])] === undefined ? 'form' : `shot/${shotKeys[Number(shot[1])]}/${shot[2] ?? 'source'}`;
  const sound = /^timeline\.audio\[(\d+)\](?:\.(\w+))?/.exec(path);
  if (sound) return soundKeys[Number(sound[1])] === undefined ? 'form' : `sound/${soundKeys[Number(sound[1])]}/${sound[2] ?? 'source'}`;
  if (path.startsWith('outputs')) return 'outputs';
  const plain: Record<string, string> = {
    projectId: 'projectId',
    title: 'title',
    priority: 'priority',
    timeline: 'shots',
    'timeline.shots': 'shots',
    'timeline.audio': 'sounds',
    'timeline.frameRate': 'frameRate',
    'timeline.width': 'width',
    'timeline.height': 'height',
    'timeline.startTimecode': 'startTimecode',
    'timeline.dropFrame': 'dropFrame',
  };
  return plain[path] ?? 'form';
}

/** The next cut's title: `Harbour, cut 3` becomes `Harbour, cut 4`, `Harbour` becomes `Harbour 2`. */
export function nextTitle(title: string): string {
  const match = /^(.*\D)?(\d{1,9})$/.exec(title.trim());
  return match ? `${match[1] ?? ''}${Number(match[2]) + 1}` : `${title.trim()} 2`.trim();
}

/** A project's id from what people call it: `Harbour at dawn` is `harbour-at-dawn`. */
export function projectIdOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
}

function hasMask(hook: WebhookSpec): boolean {
  return [hook.secret, ...(hook.secrets ?? [])].some((secret) => secret && isMasked(secret));
}

/** A new job with a masked secret would be refused. What is left may be nobody; it is not those whom the project would tell instead. */
function withoutMasks(spec: NotificationSpec): NotificationSpec {
  return spec.webhooks ? { ...spec, webhooks: spec.webhooks.filter((hook) => !hasMask(hook)) } : spec;
}

function readShot(shot: ShotSpec, key: number): ShotEdit {
  const isDissolve = shot.transition?.type === 'dissolve';
  return {
    key,
    source: shot.source ?? '',
    in: shot.in ?? '',
    out: shot.out ?? '',
    name: shot.name ?? '',
    scene: shot.scene ?? '',
    take: shot.take ?? null,
    reel: shot.reel ?? '',
    transition: isDissolve ? 'dissolve' : 'cut',
    dissolveFrames: isDissolve ? (shot.transition?.frames ?? null) : null,
  };
}

function writeShot(shot: ShotEdit): ShotSpec {
  return {
    source: shot.source,
    ...(shot.in.trim() && { in: shot.in.trim() }),
    ...(shot.out.trim() && { out: shot.out.trim() }),
    ...(shot.name.trim() && { name: shot.name.trim() }),
    ...(shot.scene.trim() && { scene: shot.scene.trim() }),
    ...(shot.take !== null && { take: Math.trunc(shot.take) }),
    ...(shot.reel.trim() && { reel: shot.reel.trim() }),
    ...(shot.transition === 'dissolve' && {
      transition: { type: 'dissolve', ...(shot.dissolveFrames !== null && { frames: Math.trunc(shot.dissolveFrames) }) },
    }),
  };
}

function readSound(sound: AudioSpec, key: number): SoundEdit {
  const seconds = (text: string | null | undefined) => {
    const read = parseSeconds(text);
    return read ? toNumber(read) : null;
  };
  return {
    key,
    source: sound.source ?? '',
    start: seconds(sound.start) ?? 0,
    in: seconds(sound.in),
    out: seconds(sound.out),
    gainDb: sound.gainDb ?? 0,
    fadeIn: seconds(sound.fadeIn),
    fadeOut: seconds(sound.fadeOut),
  };
}

function writeSound(sound: SoundEdit): AudioSpec {
  const seconds = (value: number | null) => (value === null ? undefined : `${+value.toFixed(9)}s`);
  const times = { start: seconds(sound.start || null), in: seconds(sound.in), out: seconds(sound.out), fadeIn: seconds(sound.fadeIn || null), fadeOut: seconds(sound.fadeOut || null) };
  return {
    source: sound.source,
    ...Object.fromEntries(Object.entries(times).filter(([, text]) => text !== undefined)),
    ...(sound.gainDb ? { gainDb: sound.gainDb } : {}),
  };
}
