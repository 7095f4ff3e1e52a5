/** What keys mean to the player: as in browsers' players and on editing desks. */

export type PlayerCommand =
  | { do: 'toggle' }
  | { do: 'skip'; seconds: number }
  | { do: 'step'; frames: number }
  | { do: 'back' }
  | { do: 'stop' }
  | { do: 'forward' }
  | { do: 'mute' }
  | { do: 'fullscreen' }
  | { do: 'chapter'; by: number }
  | { do: 'seek'; share: number };

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** Space, arrows, comma and full stop, J K L, M, F, Home and End, page up and down for chapters; null for all others. */
export function commandOf(press: KeyPress): PlayerCommand | null {
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  switch (press.key) {
    case ' ':
      return { do: 'toggle' };
    case 'k':
    case 'K':
      return { do: 'stop' };
    case 'j':
    case 'J':
      return { do: 'back' };
    case 'l':
    case 'L':
      return { do: 'forward' };
    case 'ArrowLeft':
      return { do: 'skip', seconds: press.shiftKey ? -1 : -5 };
    case 'ArrowRight':
      return { do: 'skip', seconds: press.shiftKey ? 1 : 5 };
    case ',':
    case '<':
      return { do: 'step', frames: press.shiftKey ? -10 : -1 };
    case '.':
    case '>':
      return { do: 'step', frames: press.shiftKey ? 10 : 1 };
    case 'm':
    case 'M':
      return { do: 'mute' };
    case 'f':
    case 'F':
      return { do: 'fullscreen' };
    case 'PageUp':
      return { do: 'chapter', by: -1 };
    case 'PageDown':
      return { do: 'chapter', by: 1 };
    case 'Home':
      return { do: 'seek', share: 0 };
    case 'End':
      return { do: 'seek', share: 1 };
    default:
      return null;
  }
}

const SPEEDS: readonly number[] = [1, 2, 4, 8];

/** J and L again and again: twice as fast each time; the other one first comes back to normal. */
export function faster(rate: number): number {
  return SPEEDS.find((speed) => speed > rate) ?? SPEEDS.at(-1)!;
}

/** The frame that is shown at a time; a time that was sought to a frame's own start counts as that frame. */
export function frameOf(seconds: number, rate: number): number {
  return Math.floor(seconds * rate + 1e-3);
}

/** Where to seek so that the frame is shown: its middle, as either side may be rounded into a neighbour. */
export function timeOfFrame(frame: number, rate: number): number {
  return (Math.max(0, frame) + 0.5) / rate;
}
