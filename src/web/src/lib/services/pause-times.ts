/** Times until which one might pause, and the text of a field for a day and a time. All in the reader's time zone. */

export interface PauseChoice {
  label: string;
  at: Date;
}

/** In an hour, this evening (where it is still to come), tomorrow morning. */
export function choicesFrom(now: Date): PauseChoice[] {
  const choices = [{ label: 'In an hour', at: new Date(now.getTime() + 3_600_000) }];
  const evening = at(now, 0, 19);
  if (evening.getTime() - now.getTime() > 3_600_000) choices.push({ label: 'This evening', at: evening });
  choices.push({ label: 'Tomorrow morning', at: at(now, 1, 7) });
  return choices;
}

/** `2026-01-31T06:00`, as the field for a day and a time has it. */
export function toLocalInput(instant: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${instant.getFullYear()}-${pad(instant.getMonth() + 1)}-${pad(instant.getDate())}T${pad(instant.getHours())}:${pad(instant.getMinutes())}`;
}

/** What such a field says; null where it says nothing yet. */
export function atLocal(text: string): Date | null {
  const instant = new Date(text);
  return text && !Number.isNaN(instant.getTime()) ? instant : null;
}

function at(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}
