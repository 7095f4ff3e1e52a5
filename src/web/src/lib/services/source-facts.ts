import { compare, fraction, frameAt, parseFraction, showRate, toNumber, ZERO, type Counting, type Fraction, type Rate } from './timecode';
import type { SourceFacts } from '../types';

/** What a filmmaker wants to know of a source, from what the server's probe says. */

export interface Picture {
  /** As shown: pixel shape and rotation taken in. */
  width: number;
  height: number;
  rate: Rate;
  duration: Fraction;
  /** Pictures by its rate: where its last frame is. */
  frames: number;
  /** Seconds into the file of its first picture. */
  start: number;
  counting: Counting;
}

/** The picture of a source; undefined where it has none. */
export function pictureOf(facts: SourceFacts | undefined): Picture | undefined {
  const video = facts?.video;
  if (!facts || !video) return undefined;
  // As the server counts it: what a camera made may be faster than any film, and its timecodes are read at that.
  const told = parseFraction(String(video.rate));
  const rate = told && compare(told, ZERO) > 0 ? told : fraction(25);
  const duration = parseFraction(String(video.duration)) ?? ZERO;
  const aspect = parseFraction(String(video.sampleAspect)) ?? fraction(1);
  const [across, down] = [even(video.width * toNumber(aspect)), video.height];
  const [width, height] = video.rotation % 180 === 90 ? [down, across] : [across, down];
  const start = toNumber(parseFraction(String(video.start)) ?? ZERO);
  return { width, height, rate, duration, frames: Math.max(1, frameAt(duration, rate)), start, counting: { rate, startTimecode: facts.startTimecode ?? null } };
}

/** Seconds of a source's sound; undefined where it has none. */
export function soundSeconds(facts: SourceFacts | undefined): number | undefined {
  const duration = facts?.audio && parseFraction(String(facts.audio.duration));
  return duration ? toNumber(duration) : undefined;
}

const CODECS: Record<string, string> = {
  h264: 'H.264',
  hevc: 'H.265',
  prores: 'ProRes',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  mpeg4: 'MPEG-4',
  mpeg2video: 'MPEG-2',
  mpeg1video: 'MPEG-1',
  dnxhd: 'DNxHD',
  mjpeg: 'Motion JPEG',
  ffv1: 'FFV1',
  dvvideo: 'DV',
  aac: 'AAC',
  opus: 'Opus',
  vorbis: 'Vorbis',
  mp3: 'MP3',
  flac: 'FLAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
};

export function codecWord(codec: string): string {
  return CODECS[codec] ?? (codec.startsWith('pcm_') ? 'PCM' : codec.toUpperCase());
}

/** `1920×1080`, `25 fps`, `H.264`, `AAC stereo`. */
export function describeFacts(facts: SourceFacts): string[] {
  const picture = pictureOf(facts);
  return [
    ...(picture ? [`${picture.width}×${picture.height}`, `${showRate(picture.rate)} fps`, codecWord(facts.video!.codec)] : []),
    ...(facts.audio ? [`${codecWord(facts.audio.codec)} ${channelWord(facts.audio.channels)}`] : []),
  ];
}

/** What is unusual about a source and what is done about it, in words. */
export function oddities(facts: SourceFacts): { word: string; meaning: string }[] {
  const { video, audio } = facts;
  return [
    video?.variableRate && { word: 'variable rate', meaning: 'Its frames do not come evenly; the film shows each at the film’s own rate.' },
    video && video.rotation !== 0 && { word: `turned ${video.rotation}°`, meaning: 'It was filmed with the camera turned; the film shows it upright.' },
    video?.interlaced && { word: 'interlaced', meaning: 'Its pictures are made of two fields; they are woven into whole frames.' },
    video && parseFraction(String(video.sampleAspect))?.n !== parseFraction(String(video.sampleAspect))?.d && { word: 'wide pixels', meaning: 'Its pixels are not square; the film shows it in its right shape.' },
    (video?.colorTransfer === 'smpte2084' || video?.colorTransfer === 'arib-std-b67') && { word: 'HDR', meaning: 'It has more brightness than the formats here carry.' },
    !video && { word: 'no picture', meaning: 'It can be laid under the film as sound, but is no shot.' },
    !audio && { word: 'no sound', meaning: 'The film is silent here, but for the sounds laid under it.' },
  ].filter((oddity): oddity is { word: string; meaning: string } => !!oddity);
}

/** Whether a browser may be able to play it; only playing tells for sure. */
export function mayPlay(facts: SourceFacts, canPlay: (type: string) => boolean): boolean {
  const isMp4 = /mp4|mov/.test(facts.format);
  const isWebm = /webm|matroska/.test(facts.format);
  switch (facts.video?.codec) {
    case 'h264':
      // Browsers decode 8 bits in 4:2:0 alone.
      return (isMp4 || isWebm) && /^yuvj?420p$/.test(facts.video.pixelFormat) && canPlay('video/mp4; codecs="avc1.640028"');
    case 'vp8':
    case 'vp9':
      return (isWebm || isMp4) && canPlay(`video/webm; codecs="${facts.video.codec}"`);
    case 'av1':
      return (isWebm || isMp4) && canPlay('video/mp4; codecs="av01.0.08M.08"');
    case 'hevc':
      return isMp4 && canPlay('video/mp4; codecs="hvc1.1.6.L120.90"');
    default:
      return false;
  }
}

const SOUND = /\.(wav|wave|flac|mp3|m4a|aac|ogg|oga|opus|aif|aiff|wma|ac3|eac3|mka|w64|caf)$/i;

/** By its name alone: what a file is, its bytes tell later. */
export function looksLikeSound(path: string): boolean {
  return SOUND.test(path);
}

const PICTURE = /\.(mp4|m4v|mov|qt|mkv|webm|avi|divx|mxf|mts|m2ts|m2t|ts|mpg|mpeg|m2v|vob|mod|tod|3gp|3g2|wmv|asf|flv|f4v|ogv)$/i;

/** Whether it has the ending of a film or a sound: a camera writes much else beside them. */
export function looksLikeMedia(path: string): boolean {
  return PICTURE.test(path) || looksLikeSound(path);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The last part without its ending: what a shot is called that nobody named. */
export function shotName(path: string): string {
  return fileName(path).replace(/\.[^.]+$/, '');
}

function channelWord(channels: number): string {
  return ({ 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' } as Record<number, string>)[channels] ?? `${channels} channels`;
}

function even(pixels: number): number {
  return 2 * Math.round(pixels / 2);
}
