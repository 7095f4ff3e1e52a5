using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;

namespace OrleansAssembly.Grains.Work;

/// <summary>Checks the spec where it will be used, and lays it into the work folder for all later pieces.</summary>
internal sealed class ValidateWork(IGrainFactory grains, WorkFiles files) : IPieceWork
{
    public Stage Stage => Stage.Validate;

    public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
    {
        var job = context.Job;
        if (await grains.GetGrain<IJobGrain>(job.JobId).GetSpecAsync() is not { } spec)
        {
            return PieceOutcome.Failed(Problem.Of("job-gone", "The job is gone", "It was deleted while it began. Submit it again.", 404));
        }

        // Whom to tell was checked when it was set, is kept elsewhere, and its secrets are not shown here.
        spec = spec with { Notifications = null };
        var problems = JobSpecValidator.Check(spec, name => Presets.Find(name) is not null);
        if (problems.Count > 0)
        {
            return PieceOutcome.Failed(Problem.Invalid(problems));
        }

        if (spec.Type == JobType.Export)
        {
            if (await grains.GetGrain<IJobGrain>(spec.SourceJobId!).GetSpecAsync() is not { Timeline: { } timeline })
            {
                return PieceOutcome.Failed(Problem.Of("source-job-gone", "The source job is gone", "The job whose timeline this export uses was deleted, or has no timeline. Submit an assembly instead.", 404));
            }

            spec = spec with { Timeline = timeline };
        }

        await files.WriteAsync(job.JobId, WorkFiles.Spec, spec, cancel);
        context.Report(new WorkProgress(1, spec.Timeline?.Shots?.Count ?? 0, 0));
        return PieceOutcome.Done;
    }
}
