using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Cli;

/// <summary>Follows a job over the hub, for as long as it takes: a lost connection is made again, with the state as it is then.</summary>
internal sealed class ProgressFeed(ServerClient server, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The model after each change, until the job has ended or is deleted.</summary>
    public async IAsyncEnumerable<WatchModel> WatchAsync(JobDetails job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var model = WatchModel.Of(job, time.GetUtcNow());
        yield return model;

        var pause = FirstPause;
        while (!model.Ended)
        {
            await using var connection = Connect(out var updates);
            var fresh = await OpenAsync(connection, job.Id, model.Update.Sequence, cancellation);
            if (fresh?.Problem?.Status == 404)
            {
                yield break;
            }

            if (fresh?.Value is { } now)
            {
                pause = FirstPause;
                model = model.Apply(now, time.GetUtcNow());
                yield return model;
                if (model.Ended)
                {
                    yield break; // before the watch was up: the hub has nothing more to send
                }

                await foreach (var update in updates.ReadAllAsync(cancellation))
                {
                    if (update.JobId == job.Id && update.Sequence > model.Update.Sequence)
                    {
                        model = model.Apply(update, time.GetUtcNow());
                        yield return model;
                    }

                    if (model.Ended)
                    {
                        yield break;
                    }
                }
            }

            if (model.Connected)
            {
                model = model.Disconnect();
                yield return model;
            }

            await Task.Delay(pause, time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private HubConnection Connect(out ChannelReader<ProgressUpdate> updates)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(server.Address("hubs/progress"), HttpTransportType.WebSockets, options => options.SkipNegotiation = true) // what is negotiated holds for one frontend only
            .AddJsonProtocol(json => AssemblyJson.Configure(json.PayloadSerializerOptions))
            .Build();
        var channel = Channel.CreateUnbounded<ProgressUpdate>();
        connection.On<ProgressUpdate>("progress", update => channel.Writer.TryWrite(update));
        connection.Closed += _ =>
        {
            channel.Writer.TryComplete();
            return Task.CompletedTask;
        };
        updates = channel.Reader;
        return connection;
    }

    /// <summary>Connects and asks for the job; null where that did not succeed this time.</summary>
    private async Task<Answer<JobDetails>?> OpenAsync(HubConnection connection, string jobId, long after, CancellationToken cancellation)
    {
        try
        {
            await connection.StartAsync(cancellation);
            await connection.InvokeAsync<ProgressUpdate?>("WatchJob", jobId, after, cancellation);

            // Read after the watch began, so that no change falls between; the whole job, because it tells the attempt.
            return await server.JobAsync(jobId, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is HttpRequestException or WebSocketException or HubException or IOException or TimeoutException
            or OperationCanceledException or InvalidOperationException)
        {
            return null;
        }
    }
}
