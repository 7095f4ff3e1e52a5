/**
 * Frames, rates and timecode, exactly as the server's Timeline room counts them. Times are fractions of whole numbers:
 * a film of hours at 24000/1001 must not drift by a frame because a double could not hold it.
 */

/** A fraction in lowest terms, denominator above 0. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** Frames per second. */
export type Rate = Fraction;

export const ZERO: Fraction = { n: 0n, d: 1n };

export function fraction(n: bigint | number, d: bigint | number = 1): Fraction {
  let [above, below] = [BigInt(n), BigInt(d)];
  if (below === 0n) throw new RangeError('A fraction over nothing');
  if (below < 0n) [above, below] = [-above, -below];
  const divisor = gcd(above < 0n ? -above : above, below);
  return { n: above / divisor, d: below / divisor };
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function subtract(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.d - b.n * a.d, a.d * b.d);
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`. */
export function compare(a: Fraction, b: Fraction): number {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function toNumber(value: Fraction): number {
  return Number(value.n) / Number(value.d);
}

/** Reads `3/2`, `24000/1001` or `25`, as fractions are written on the wire. */
export function parseFraction(text: string | null | undefined): Fraction | undefined {
  const match = /^(-?\d{1,18})(?:\/(\d{1,18}))?$/.exec(text ?? '');
  return match && match[2] !== '0' ? fraction(BigInt(match[1]!), BigInt(match[2] ?? 1)) : undefined;
}

/** Reads a rate: a fraction, a whole number, or a usual decimal (23.976, 29.97 …), which means its exact NTSC rate. 1 to 120. */
export function parseRate(text: string | null | undefined): Rate | undefined {
  const written = text?.trim() ?? '';
  let rate = parseFraction(written);
  if (!rate && /^\d{1,3}\.\d{1,9}$/.test(written)) {
    const number = Number(written);
    const nominal = Math.ceil(number);
    rate = number !== nominal && Math.abs(number - (nominal * 1000) / 1001) < 0.006 ? fraction(nominal * 1000, 1001) : fraction(Math.round(number * 1000), 1000);
  }
  return rate && compare(rate, fraction(1)) >= 0 && compare(rate, fraction(120)) <= 0 ? rate : undefined;
}

/** As the wire has it: `24000/1001`, `25`. */
export function writeFraction(value: Fraction): string {
  return value.d === 1n ? String(value.n) : `${value.n}/${value.d}`;
}

/** As people say it: 23.976, 25, 29.97. */
export function showRate(rate: Rate): string {
  return String(Math.round(toNumber(rate) * 1000) / 1000);
}

/** The whole number that timecode counts by: 24 for 24000/1001. */
export function nominal(rate: Rate): number {
  return Number((rate.n + rate.d - 1n) / rate.d);
}

/** Drop-frame counting exists only at 29.97 and 59.94. */
export function canDropFrame(rate: Rate): boolean {
  return rate.d === 1001n && (rate.n === 30000n || rate.n === 60000n);
}

/** The frame whose start is nearest to a time, halves upwards. */
export function frameAt(seconds: Fraction, rate: Rate): number {
  const above = 2n * seconds.n * rate.n + seconds.d * rate.d;
  const below = 2n * seconds.d * rate.d;
  return Number(above / below - (above % below < 0n ? 1n : 0n));
}

/** When a frame starts, from frame 0. */
export function timeOf(frame: number, rate: Rate): Fraction {
  return fraction(BigInt(frame) * rate.d, rate.n);
}

/** How many frame numbers 24 hours have. */
export function framesOfDay(rate: Rate, dropFrame: boolean): number {
  return 144 * (600 * nominal(rate) - 9 * dropped(rate, dropFrame));
}

/** Writes a frame number, modulo 24 hours; `;` before the frames where it is drop-frame. */
export function formatTimecode(frame: number, rate: Rate, dropFrame = false): string {
  const isDrop = dropFrame && canDropFrame(rate);
  const base = nominal(rate);
  const d = dropped(rate, isDrop);
  const day = framesOfDay(rate, isDrop);
  let n = ((Math.round(frame) % day) + day) % day;
  if (isDrop) {
    // Put the numbers back that were skipped: 9 times d in each ten minutes, d in each minute but the tenth.
    const tenMinutes = 600 * base - 9 * d;
    const minute = 60 * base - d;
    const tens = Math.floor(n / tenMinutes);
    const rest = n % tenMinutes;
    n += 9 * d * tens + (rest >= d ? d * Math.floor((rest - d) / minute) : 0);
  }
  const [h, m, s, f] = [Math.floor(n / (3600 * base)), Math.floor(n / (60 * base)) % 60, Math.floor(n / base) % 60, n % base];
  return `${pad(h)}:${pad(m)}:${pad(s)}${isDrop ? ';' : ':'}${pad(f)}`;
}

export type Read<T> = { ok: true; value: T } | { ok: false; error: string };

/** Reads `HH:MM:SS:FF`; `;` before the frames means drop-frame. Refuses numbers that do not exist at the rate. */
export function parseTimecode(text: string, rate: Rate, countsDrop?: boolean): Read<{ frame: number; dropFrame: boolean }> {
  const match = /^(\d\d):(\d\d):(\d\d)([:;])(\d{2,3})$/.exec(text.trim());
  if (!match) return refuse(`“${text}” is not a timecode; write HH:MM:SS:FF, for example 01:02:03:04.`);
  const [h, m, s, f] = [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[5])];
  const dropFrame = countsDrop ?? match[4] === ';';
  const base = nominal(rate);
  const d = dropped(rate, dropFrame);
  if (h > 23) return refuse('Hours go from 00 to 23.');
  if (m > 59) return refuse('Minutes go from 00 to 59.');
  if (s > 59) return refuse('Seconds go from 00 to 59.');
  if (f >= base) return refuse(`At ${showRate(rate)} frames a second, frames go from 00 to ${pad(base - 1)}.`);
  if (dropFrame && !canDropFrame(rate)) return refuse(`Drop-frame exists only at 29.97 and 59.94; at ${showRate(rate)} write “:” before the frames.`);
  if (dropFrame && s === 0 && m % 10 !== 0 && f < d) {
    return refuse(`This number is left out in drop-frame counting; the first frame of that minute is ${pad(h)}:${pad(m)}:00;${pad(d)}.`);
  }
  const minutes = 60 * h + m;
  return { ok: true, value: { frame: (minutes * 60 + s) * base + f - d * (minutes - Math.floor(minutes / 10)), dropFrame } };
}

/** Reads `2.5s`, exactly; at most nine decimals. */
export function parseSeconds(text: string | null | undefined): Fraction | undefined {
  const match = /^(\d{1,6})(?:\.(\d{1,9}))?s$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const decimals = match[2] ?? '';
  const scale = 10n ** BigInt(decimals.length);
  const seconds = fraction(BigInt(match[1]!) * scale + BigInt(decimals || 0), scale);
  return compare(seconds, fraction(4 * 86400)) <= 0 ? seconds : undefined;
}

/** Seconds for the wire, to the nanosecond: `2.5s`. */
export function writeSeconds(seconds: Fraction): string {
  const nanos = (seconds.n * 1_000_000_000n * 2n + seconds.d) / (seconds.d * 2n);
  const decimals = String(nanos % 1_000_000_000n).padStart(9, '0').replace(/0+$/, '');
  return `${nanos / 1_000_000_000n}${decimals && `.${decimals}`}s`;
}

/** How a source counts: its rate, and the timecode of its first picture where the file tells one. */
export interface Counting {
  rate: Rate;
  startTimecode?: string | null;
}

/** Whether the source's own display counts drop-frame. */
export function countsDropFrame(counting: Counting): boolean {
  return canDropFrame(counting.rate) && counting.startTimecode?.[8] === ';';
}

/** The source's frame number, 0 for its first picture, as the source's own timecode. */
export function formatPoint(frame: number, counting: Counting): string {
  return formatTimecode(firstFrame(counting) + frame, counting.rate, countsDropFrame(counting));
}

/**
 * What a point in a source says, in seconds from its first picture: a timecode at its rate, or seconds (`2.5s`).
 * Timecode counts from 0 there or, where the file carries a start timecode, from that, unless the text lies before it or
 * `beside` does: the other point of the same shot, since both come off the same display.
 */
export function readPoint(text: string, counting: Counting, beside = ''): Read<Fraction> {
  const seconds = parseSeconds(text);
  if (seconds) return { ok: true, value: seconds };
  const own = fromStart(text, counting);
  const isOwn = beside === '' || parseSeconds(beside) !== undefined || fromStart(beside, counting) !== undefined;
  if (own !== undefined && isOwn) return { ok: true, value: timeOf(own, counting.rate) };
  const plain = parseTimecode(text, counting.rate);
  return plain.ok ? { ok: true, value: timeOf(plain.value.frame, counting.rate) } : plain;
}

/** A timecode as the source's own display has it, which says the same whatever is beside it; anything else stays as it is. */
export function ownPoint(text: string, counting: Counting, beside = ''): string {
  const read = parseSeconds(text) ? undefined : readPoint(text, counting, beside);
  if (!read?.ok) return text;
  const frame = frameAt(read.value, counting.rate);
  const own = formatPoint(frame, counting);
  return fromStart(own, counting) === frame ? own : text; // past midnight it would say something else
}

/**
 * What a person typed into a timecode field, as text that {@link readPoint} reads: `1:12` and `112` are filled up from the
 * right as on an editing desk, `+10` and `-10` go that many frames from `from`, `2.5s` stays. Anything else stays as it is.
 */
export function completePoint(typed: string, counting: Counting, from: number): string {
  const text = typed.trim();
  const step = /^([+-])(\d{1,6})$/.exec(text);
  if (step) return formatPoint(Math.max(0, from + Number(step[2]) * (step[1] === '-' ? -1 : 1)), counting);
  if (/^\d+(\.\d+)? ?s$/.test(text)) return text.replace(' ', '');
  const parts = /^\d{1,8}$/.test(text)
    ? text.padStart(8, '0').match(/\d\d/g)!
    : /^\d{1,2}([:;.]\d{1,2}){0,2}[:;.]\d{1,3}$/.test(text) // above 100 fps, frames may have three digits
      ? text.split(/[:;.]/)
      : undefined;
  if (!parts) return text;
  const separator = text.includes(';') || countsDropFrame(counting) ? ';' : ':';
  const [h, m, s, f] = [...Array<string>(4 - parts.length).fill('0'), ...parts].map((part) => part.padStart(2, '0'));
  return `${h}:${m}:${s}${separator}${f}`;
}

/** A timecode counted from the one that the file starts with; undefined where it lies before that, or the file tells none. */
function fromStart(text: string, counting: Counting): number | undefined {
  const drop = countsDropFrame(counting);
  const first = firstFrame(counting);
  const own = first > 0 || drop ? parseTimecode(text, counting.rate, drop) : undefined;
  return own?.ok && own.value.frame >= first ? own.value.frame - first : undefined;
}

/** The first picture's number in the source's own counting. */
function firstFrame(counting: Counting): number {
  const read = counting.startTimecode ? parseTimecode(counting.startTimecode, counting.rate) : undefined;
  return read?.ok ? read.value.frame : 0;
}

function dropped(rate: Rate, dropFrame: boolean): number {
  return dropFrame && canDropFrame(rate) ? nominal(rate) / 15 : 0;
}

function refuse(error: string): { ok: false; error: string } {
  return { ok: false, error };
}

function gcd(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
