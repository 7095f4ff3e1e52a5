using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media;
using OrleansAssembly.Server;
using OrleansAssembly.Server.Hosting;

namespace OrleansAssembly.Benchmarks.Progress;

/// <summary>The server as it is, but for its encoders: a thousand real ones need a thousand cores.</summary>
internal static class SimulatedServer
{
    public const string Command = "progress-server";

    /// <summary>Reports that an encoder makes in a second.</summary>
    public const int Rate = 10;

    /// <param name="stampsFile">Where the encoders note when they report.</param>
    /// <param name="options">The server's own.</param>
    public static async Task<int> RunAsync(string stampsFile, string[] options)
    {
        var (settings, mistake) = ServerSettings.Read(options, new ConfigurationBuilder().AddEnvironmentVariables().Build());
        if (settings is null)
        {
            await Console.Error.WriteLineAsync(mistake);
            return 2;
        }

        using var stamps = Stamps.Open(stampsFile);
        await using var server = await AssemblyServer.StartAsync(settings, services =>
        {
            services.RemoveAll<IPieceWork>();
            foreach (var stage in Enum.GetValues<Stage>())
            {
                services.AddSingleton<IPieceWork>(new SimulatedWork(stage, stamps, TimeProvider.System));
            }
        });
        Console.WriteLine($"ready {server.Address.GetLeftPart(UriPartial.Authority)}");
        await server.RunAsync();
        return 0;
    }

    /// <summary>A film of one segment: encoding it is nothing but reporting, all else is done at once.</summary>
    private sealed class SimulatedWork(Stage stage, Stamps stamps, TimeProvider time) : IPieceWork
    {
        private const int Frames = 24 * 60 * 10;
        private const double CpuSeconds = 480;

        public Stage Stage => stage;

        public async Task<PieceOutcome> RunAsync(PieceContext context, CancellationToken cancel)
        {
            switch (stage)
            {
                case Stage.Plan:
                    return PieceOutcome.Planned(new WorkPlan(Frames, SoundPieces: 1, MixPieces: 1, [new EncodePiece(0, 0, Frames, CpuSeconds)]));
                case Stage.Encode:
                    await ReportAsync(int.Parse(context.Job.Title, CultureInfo.InvariantCulture), context.Report, cancel);
                    return PieceOutcome.Done;
                default:
                    return PieceOutcome.Done;
            }
        }

        /// <summary>On a clock of its own, as processes have it: what is late once is not late from then on, and encoders that were late together do not stay together.</summary>
        private async Task ReportAsync(int job, Action<WorkProgress> tell, CancellationToken cancel)
        {
            var began = time.GetTimestamp();
            for (var report = 0; report < Stamps.Reports && !stamps.Ending; report++)
            {
                var fraction = Stamps.FractionOf(report);
                stamps.Note(job, report);
                tell(new WorkProgress(fraction, Frames / CpuSeconds, fraction * CpuSeconds));
                var rest = (TimeSpan.FromSeconds(report + 1) / Rate) - time.GetElapsedTime(began);
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time, cancel);
            }
        }
    }
}
