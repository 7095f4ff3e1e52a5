/**
 * What crosses the wire: names for the schemas of the server's OpenAPI document (openapi.json), from which api-schema.ts is made by `npm run types`.
 * Nothing here is the page's own, and nothing is written by hand that the document has.
 */
import type { components } from './api-schema';

type Schemas = components['schemas'];

export type JobType = Schemas['JobType'];
export type JobStatus = Schemas['JobStatus'];
export type StepStatus = Schemas['StepStatus'];
export type SegmentStatus = Schemas['SegmentStatus'];
export type LogSeverity = Schemas['LogSeverity'];
export type ProgressWeighting = Schemas['ProgressWeighting'];
export type Stage = Schemas['Stage'];
export type SiloRole = Schemas['SiloRole'];
export type StoreKind = Schemas['StoreKind'];

export type ProblemDetails = Schemas['ProblemDetailsBody'];
export type ProgressUpdate = Schemas['ProgressUpdate'];
export type StepInfo = Schemas['StepInfo'];
export type OutputInfo = Schemas['OutputInfo'];
export type SpriteTiles = Schemas['SpriteTiles'];
export type JobSummary = Schemas['JobSummary'];
export type JobDetails = Schemas['JobDetails'];
export type SetbackInfo = Schemas['SetbackInfo'];
export type LogEntry = Schemas['LogEntry'];
export type SegmentMap = Schemas['SegmentMap'];
export type SegmentInfo = Schemas['SegmentInfo'];
export type JobCounts = Schemas['JobCounts'];
export type QueueInfo = Schemas['QueueInfo'];
export type PauseWish = Schemas['PauseWish'];

export type ClusterInfo = Schemas['ClusterInfo'];
export type SiloInfo = Schemas['SiloInfo'];
export type SlotInfo = Schemas['SlotInfo'];
export type StoreInfo = Schemas['StoreInfo'];

export type PresetInfo = Schemas['PresetInfo'];
export type ProjectInfo = Schemas['ProjectInfo'];
export type ProjectFilm = Schemas['ProjectFilm'];
export type SourceFile = Schemas['SourceFile'];
export type SourceFacts = Schemas['SourceFacts'];
export type VideoFacts = Schemas['VideoFacts'];
export type AudioFacts = Schemas['AudioFacts'];
export type Story = Schemas['Story'];
export type StoryScene = Schemas['StoryScene'];
export type StoryShot = Schemas['StoryShot'];

export type JobEstimate = Schemas['JobEstimate'];
export type Draft = Schemas['Draft'];
export type DraftSummary = Schemas['DraftSummary'];

/** A page of any list: the document has one schema for each kind of item. */
export type Page<T> = Omit<Schemas['PageOfJobSummary'], 'items'> & { items: T[] };

export type ChannelInfo = Schemas['ChannelInfo'];
export type ChannelList = Schemas['ChannelList'];
export type Delivery = Schemas['Delivery'];
export type NotificationTest = Schemas['NotificationTest'];

// What the hub speaks.
export type NotificationEvent = Schemas['NotificationEvent'];

// A job as it is asked for: what may be null may be left out.
export type JobSpec = Schemas['JobSpec'];
export type OutputSpec = Schemas['OutputSpec'];
export type NotificationSpec = Schemas['NotificationSpec'];
export type WebhookSpec = Schemas['WebhookSpec'];
export type TimelineSpec = Schemas['TimelineSpec'];
export type ShotSpec = Schemas['ShotSpec'];
export type TransitionSpec = Schemas['TransitionSpec'];
export type AudioSpec = Schemas['AudioSpec'];
