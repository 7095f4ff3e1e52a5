using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Notifications;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Server.Api;

/// <summary>A job that was taken in, or why not.</summary>
/// <param name="Job">The job.</param>
/// <param name="Created">False where an earlier call with the same key made it.</param>
/// <param name="Problem">Why it was not taken.</param>
public readonly record struct Intake(JobDetails? Job, bool Created, Problem? Problem);

/// <summary>Checks what can be checked before a job begins, and submits it once.</summary>
public sealed class JobIntake(IGrainFactory grains, MediaStore media, IdempotencyKeys keys, JobForecaster forecaster, IOptions<NotificationOptions> notifications, TimeProvider time)
{
    /// <summary>What the job would take, or why it would not be taken: all that submitting would say, and what only shows in the sources.</summary>
    public async Task<(JobEstimate? Estimate, Problem? Problem)> EstimateAsync(JobSpec spec, CancellationToken cancellation)
    {
        (spec, var refused) = await CheckAsync(spec);
        if (refused is not null)
        {
            return (null, refused);
        }

        var timeline = spec.Type == JobType.Export ? (await grains.GetGrain<IJobGrain>(spec.SourceJobId!).GetSpecAsync())?.Timeline : spec.Timeline;
        if (timeline is null)
        {
            return (null, NoSourceJob(spec.SourceJobId!));
        }

        var (estimate, problems) = await forecaster.ForecastAsync(spec, timeline, cancellation);
        return (estimate, estimate is null ? Problem.Invalid(problems) : null);
    }

    public async Task<Intake> TakeAsync(JobSpec spec, ReadOnlyMemory<byte> body, string? key)
    {
        var newId = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        if (key is null)
        {
            return await SubmitAsync(spec, newId);
        }

        if (key.Length is 0 or > IdempotencyKeys.LongestKey)
        {
            return Refused(Problem.Of("invalid-key", "The idempotency key cannot be used", $"It has 1 to {IdempotencyKeys.LongestKey} characters.", 400));
        }

        var (call, jobId) = await keys.BeginAsync(key, body, newId);
        return call switch
        {
            KeyedCall.Begin => await SubmitWithKeyAsync(spec, body, key, jobId),
            KeyedCall.Done when await grains.GetGrain<IJobGrain>(jobId).GetAsync() is { } job => new(job, false, null),
            KeyedCall.Done => Refused(Problem.Of("job-not-found", "The job does not exist any more", "The job that this key made was deleted. Use another key to make a new one.", 404)),
            KeyedCall.Busy => Refused(Problem.Of("call-in-progress", "The first call is still being worked on", "A call with this idempotency key came a moment ago. Ask again shortly.", 409)),
            _ => Refused(Problem.Of("key-reused", "The idempotency key belongs to another job", "This key came with another body within the last 24 hours. Use a new key for a new job.")),
        };
    }

    private async Task<Intake> SubmitWithKeyAsync(JobSpec spec, ReadOnlyMemory<byte> body, string key, string jobId)
    {
        var intake = await SubmitAsync(spec, jobId);
        await (intake.Problem switch
        {
            null => keys.EndAsync(key, body, jobId),
            { Status: 503 } => keys.ReleaseAsync(key, body, jobId), // it may have been made all the same
            _ => keys.ForgetAsync(key),
        });
        return intake;
    }

    private async Task<Intake> SubmitAsync(JobSpec spec, string jobId)
    {
        (spec, var problem) = await CheckAsync(spec);
        if (problem is not null)
        {
            return Refused(problem);
        }

        if (spec.Notifications is { } wishes)
        {
            // They have a place of their own, where secrets are sealed; what the job keeps is for the eye.
            await grains.GetGrain<INotificationsGrain>(NotificationScope.Job(jobId)).SetAsync(wishes);
            spec = spec with { Notifications = wishes.Masked() };
        }

        var grain = grains.GetGrain<IJobGrain>(jobId);
        return await grain.SubmitAsync(spec) is { Refusal: { } refusal }
            ? Refused(refusal.ToProblem())
            : new Intake(await grain.GetAsync(), true, null);
    }

    /// <summary>The job as it will be made, or why it will not.</summary>
    private async Task<(JobSpec Spec, Problem? Problem)> CheckAsync(JobSpec spec)
    {
        var problems = JobSpecValidator.Check(spec, name => Presets.Find(name) is not null, notifications.Value.Webhooks.Allows);
        var missing = MissingSources(spec.Timeline).ExceptBy(problems.Select(problem => problem.Path), problem => problem.Path);
        return problems.Concat(missing).ToList() is { Count: > 0 } mistakes ? (spec, Problem.Invalid(mistakes))
            : spec.Type == JobType.Export ? await CheckExportAsync(spec, spec.SourceJobId!)
            : (spec, null);
    }

    /// <summary>An export has no timeline of its own: one of an export takes that of the job behind it.</summary>
    private async Task<(JobSpec Spec, Problem? Problem)> CheckExportAsync(JobSpec spec, string sourceJobId)
    {
        if (await SourceProblemAsync(sourceJobId) is { } problem)
        {
            return (spec, problem);
        }

        if (await grains.GetGrain<IJobGrain>(sourceJobId).GetSpecAsync() is not { Type: JobType.Export, SourceJobId: { } behind })
        {
            return (spec, null);
        }

        return await grains.GetGrain<IJobGrain>(behind).GetProgressAsync() is null
            ? (spec, Problem.Of("source-job-not-found", "The source job does not exist", $"Job '{sourceJobId}' is an export of '{behind}', which was deleted with its timeline. Submit an assembly instead."))
            : await CheckExportAsync(spec with { SourceJobId = behind }, behind);
    }

    private async Task<Problem?> SourceProblemAsync(string sourceJobId)
    {
        var source = await grains.GetGrain<IJobGrain>(sourceJobId).GetProgressAsync();
        return source switch
        {
            null => NoSourceJob(sourceJobId),
            { Status: not JobStatus.Completed } => Problem.Of("source-job-not-completed", "The source job is not completed", $"Job '{sourceJobId}' is {source.Status.ToString().ToLowerInvariant()}; an export uses the timeline of a completed one."),
            _ => null,
        };
    }

    private static Problem NoSourceJob(string sourceJobId) =>
        Problem.Of("source-job-not-found", "The source job does not exist", $"There is no job '{sourceJobId}' whose timeline could be used.");

    /// <summary>Told at once and not first by the job: most mistakes in a cut are mistyped names.</summary>
    private List<FieldProblem> MissingSources(TimelineSpec? timeline)
    {
        if (timeline is null || timeline.Shots?.Count > TimelineLimits.MaxShots || timeline.Audio?.Count > TimelineLimits.MaxAudio)
        {
            return []; // refused for that already
        }

        var shots = (timeline.Shots ?? []).Select((shot, i) => (Path: $"timeline.shots[{i}].source", shot?.Source));
        var sounds = (timeline.Audio ?? []).Select((sound, i) => (Path: $"timeline.audio[{i}].source", sound?.Source));
        var known = new Dictionary<string, MediaProblem?>(StringComparer.Ordinal);
        var missing = new List<FieldProblem>();
        foreach (var (path, source) in shots.Concat(sounds))
        {
            if (string.IsNullOrWhiteSpace(source))
            {
                continue; // refused for that already
            }

            if (!known.TryGetValue(source, out var problem))
            {
                known[source] = problem = media.Resolve(source).Problem;
            }

            if (problem is not null)
            {
                missing.Add(new FieldProblem(path, problem.Detail));
            }
        }

        return missing;
    }

    private static Intake Refused(Problem problem) => new(null, false, problem);
}
