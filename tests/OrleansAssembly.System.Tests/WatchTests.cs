using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;

namespace OrleansAssembly.SystemTests;

/// <summary>A job as scripts and pages meet it: plain JSON as the contract writes it, no types of ours.</summary>
public class WatchTests(RunningServer running) : IClassFixture<RunningServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AJob_IsTheSameStory_OverWebSocketEventsAndHub_AndItsFilesAreServed()
    {
        var http = running.Server.Http;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);

        using var taken = await http.PostAsJsonAsync(JobCalls.Jobs, JsonDocument.Parse("""
            {
              "type": "assembly", "projectId": "harbour", "title": "Harbour, cut 3",
              "timeline": {
                "frameRate": "24000/1001", "width": 320, "height": 180, "startTimecode": "01:00:00:00",
                "shots": [
                  { "source": "a.mp4", "in": "00:00:00:10", "out": "00:00:01:10", "name": "010", "scene": "1", "take": 3 },
                  { "source": "b.mp4", "in": "0.5s", "out": "2s", "scene": "2", "transition": { "type": "dissolve", "frames": 12 } }
                ]
              },
              "outputs": [ { "preset": "h264-720p" } ]
            }
            """), patience.Token);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        var job = (await ReadAsync(taken)).GetProperty("id").GetString()!;
        Assert.Equal($"{JobCalls.Jobs}/{job}", taken.Headers.Location!.ToString());

        var socket = WebSocketAsync(job, patience.Token);
        var hub = HubAsync(job, patience.Token);
        await using var events = running.Server.Watch(job);
        await running.Server.CompleteAsync(job);

        foreach (var (name, story) in new[] { ("WebSocket", await socket), ("hub", await hub) })
        {
            AssertStory(name, job, story);
        }

        await events.UntilAsync(JobWatch.Ended, "the last event");
        Assert.Equal(events.Seen.Select(update => update.Sequence).Order().Distinct(), events.Seen.Select(update => update.Sequence));
        Assert.Equal(events.Seen.Select(update => update.Progress).Order(), events.Seen.Select(update => update.Progress));
        Assert.Equal(100, events.Seen[^1].Progress);
        await AssertUnchangedAsync(job);
        await AssertFilesAsync(job);
    }

    /// <summary>The raw WebSocket: what it is told until the server closes it.</summary>
    private async Task<List<JsonElement>> WebSocketAsync(string job, CancellationToken cancel)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{running.Server.Address.Authority}{JobCalls.Jobs}/{job}/websocket"), cancel);
        var told = new List<JsonElement>();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var text = new StringBuilder();
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer, cancel);
                text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                Assert.Equal(WebSocketCloseStatus.NormalClosure, part.CloseStatus);
                return told;
            }

            var message = JsonDocument.Parse(text.ToString()).RootElement;
            Assert.Equal(("progress_update", job), (message.GetProperty("type").GetString(), message.GetProperty("jobId").GetString()));
            told.Add(message.GetProperty("data"));
        }
    }

    private async Task<List<JsonElement>> HubAsync(string job, CancellationToken cancel)
    {
        var updates = Channel.CreateUnbounded<JsonElement>();
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(running.Server.Address, "/hubs/progress")).Build();
        hub.On<JsonElement>("progress", update => updates.Writer.TryWrite(update.Clone()));
        await hub.StartAsync(cancel);
        var told = new List<JsonElement> { await hub.InvokeAsync<JsonElement>("WatchJob", job, null, cancel) };
        while (told[^1].GetProperty("status").GetString() != "completed")
        {
            // A push may overtake the answer of WatchJob: a client drops what is not newer, as the contract says.
            var update = await updates.Reader.ReadAsync(cancel);
            if (update.GetProperty("sequence").GetInt64() > told[^1].GetProperty("sequence").GetInt64())
            {
                told.Add(update);
            }
        }

        return told;
    }

    private static void AssertStory(string name, string job, List<JsonElement> told)
    {
        var numbers = told.Select(update => update.GetProperty("sequence").GetInt64()).ToList();
        var progress = told.Select(update => update.GetProperty("progress").GetDouble()).ToList();
        Assert.True(told.Count > 5, $"{name}: only {told.Count} updates");
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.Equal(progress.Order(), progress);
        Assert.All(told, update => Assert.Equal((job, 12), (update.GetProperty("jobId").GetString(), update.GetProperty("totalSteps").GetInt32())));
        Assert.All(told.SkipLast(1), update => Assert.True(update.GetProperty("progress").GetDouble() < 100, $"{name}: 100 before the end"));
        Assert.Equal(("completed", 100.0), (told[^1].GetProperty("status").GetString(), progress[^1]));
    }

    /// <summary>Who polls is told by the ETag that nothing is new.</summary>
    private async Task AssertUnchangedAsync(string job)
    {
        using var first = await running.Server.Http.GetAsync(new Uri($"{JobCalls.Jobs}/{job}/progress", UriKind.Relative), Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"{JobCalls.Jobs}/{job}/progress");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await running.Server.Http.SendAsync(again, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    private async Task AssertFilesAsync(string job)
    {
        var http = running.Server.Http;
        await running.Server.FilmChecksumAsync(job);
        var film = Assert.Single((await running.Server.GetAsync(job)).Outputs, output => output.Kind == "film");
        var whole = await http.GetByteArrayAsync(new Uri(film.Url, UriKind.Relative), Cancel);

        using var ask = new HttpRequestMessage(HttpMethod.Get, film.Url) { Headers = { Range = new RangeHeaderValue(100, 299) } };
        using var part = await http.SendAsync(ask, Cancel);
        Assert.Equal((HttpStatusCode.PartialContent, "video/mp4"), (part.StatusCode, part.Content.Headers.ContentType!.MediaType));
        Assert.Equal(whole[100..300], await part.Content.ReadAsByteArrayAsync(Cancel));

        // One second at 25 fps and one and a half at 30, both in a film of 24000/1001.
        var file = Path.Combine(running.Place.Media.Root, "film.mp4");
        await File.WriteAllBytesAsync(file, whole, Cancel);
        Assert.Equal(60, film.Frames);
        var (_, counted, _) = await Processes.RunAsync(
            "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", file);
        Assert.Equal("60", counted.Trim());

        var edl = await http.GetStringAsync(new Uri($"{JobCalls.Jobs}/{job}/edl", UriKind.Relative), Cancel);
        Assert.Contains("FCM: NON-DROP FRAME", edl, StringComparison.Ordinal);
        Assert.Contains("D    012", edl, StringComparison.Ordinal);
        using var story = await http.GetAsync(new Uri($"{JobCalls.Jobs}/{job}/story", UriKind.Relative), Cancel);
        Assert.Equal("application/json", story.Content.Headers.ContentType!.MediaType);
        Assert.Equal(2, (await ReadAsync(story)).GetProperty("scenes").GetArrayLength());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
}
