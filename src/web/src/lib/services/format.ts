/** How numbers, durations and instants are written on every page. */

/** Stands where a number is not known. */
export const UNKNOWN = '–';

/** 4 s · 1 min 05 s · 2 h 05 min · 3 d 4 h: two units at most, so that the text keeps its width. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds) || seconds < 0) return UNKNOWN;
  const whole = Math.round(seconds);
  const [d, h, m, s] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (d > 0) return `${d} d ${h} h`;
  if (h > 0) return `${h} h ${pad(m)} min`;
  if (m > 0) return `${m} min ${pad(s)} s`;
  return `${s} s`;
}

/** Both ends in the unit of the high one: 28 to 37 s · 8.9 to 11.7 min · 1.6 to 2.1 h. Null where they read the same. */
export function formatRange(low: number, high: number): string | null {
  if (!Number.isFinite(low) || !Number.isFinite(high) || high <= 0 || low > high) return null;
  const [size, unit] = high < 90 ? [1, 's'] : high < 5400 ? [60, 'min'] : [3600, 'h'];
  const digits = size > 1 && high / size < 20 ? 1 : 0;
  const [from, to] = [(low / size).toFixed(digits), (high / size).toFixed(digits)];
  return from === to ? null : `${from} to ${to} ${unit}`;
}

/** The time that a step took: tenths where seconds would all read 0. */
export function formatStepTime(seconds: number | null | undefined): string {
  if (seconds != null && seconds >= 0 && seconds < 0.05) return '< 0.1 s';
  if (seconds != null && seconds >= 0 && seconds < 9.95) return `${seconds.toFixed(1)} s`;
  return formatDuration(seconds);
}

/** Length of a film: 0:42, 12:05, 1:02:03. */
export function formatLength(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds) || seconds < 0) return UNKNOWN;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** Days before and after `now` that their weekday tells. */
const WEEKDAYS = 6;
const DAY_MS = 86_400_000;

/** Time of day in the reader's locale; of another day with its weekday where that says which, else with its date. Short: rows have little room. */
export function formatClock(instant: Date, now: Date, locale?: string, timeZone?: string): string {
  const { day, time, week, date } = clockOf(locale, timeZone);
  if (day.format(instant) === day.format(now)) return time.format(instant);
  return (Math.abs(instant.getTime() - now.getTime()) < WEEKDAYS * DAY_MS ? week : date).format(instant);
}

type Clock = Record<'day' | 'time' | 'week' | 'date', Intl.DateTimeFormat>;
const clocks = new Map<string, Clock>();

/** What a locale's words are is looked up once: it takes far longer than to write an instant in them. */
function clockOf(locale: string | undefined, timeZone: string | undefined): Clock {
  const key = `${locale} ${timeZone}`;
  let clock = clocks.get(key);
  if (!clock) {
    const zone: Intl.DateTimeFormatOptions = timeZone ? { timeZone } : {};
    const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', ...zone };
    clock = {
      day: new Intl.DateTimeFormat(locale, zone),
      time: new Intl.DateTimeFormat(locale, time),
      week: new Intl.DateTimeFormat(locale, { weekday: 'short', ...time }),
      date: new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...time }),
    };
    clocks.set(key, clock);
  }
  return clock;
}

export function formatSpeed(speed: number, unit: string): string {
  if (!Number.isFinite(speed) || speed <= 0) return UNKNOWN;
  return `${speed >= 100 ? Math.round(speed) : speed.toFixed(1)} ${unit}`;
}

/** Decimal units, as shops and players count. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return UNKNOWN;
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${value} ${units[0]}` : `${value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Whole percent; 100 is kept for what is done. */
export function formatPercent(percent: number, done = percent >= 100): string {
  return `${done ? 100 : Math.min(99, Math.floor(clampPercent(percent)))} %`;
}

export function clampPercent(percent: number): number {
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : 0;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
