using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Media.Tests;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.SystemTests;

/// <summary>What people may send by mistake or on purpose: it is refused or it fails, the server stays well, and nothing outside is touched.</summary>
public class HostileTests(RunningServer running) : IClassFixture<RunningServer>
{
    private static readonly string[] Broken =
    [
        "concat_etc_passwd.ffconcat", "concat_protocol_tricks.txt", "corrupt_audio.mp3", "corrupt_packets.mp4", "corrupt_packets.webm", "first_4096_bytes.mp4",
        "hls_disguised.mp4", "hls_http_url.m3u8", "hls_local_file.m3u8", "malformed_free_box.mp4", "moov_missing.mp4", "plain_text.mp4", "text_inside.flv",
        "tiny_broken_moov.mp4", "truncated_30pct.mp4", "truncated_50pct.webm", "truncated_55pct.mp4", "truncated_image.jpg", "vvc_undecodable.mp4", "zero_length.mp4",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TestMedia Media => running.Place.Media;

    [Fact]
    public async Task BrokenFootage_FailsItsJobs_AndNothingElse() => await AssertAllFailAsync([.. Broken.Select(name => Media.Take($"broken/{name}"))]);

    [Fact]
    public async Task GeneratedHostileFiles_FailTheirJobs_AndNobodyIsCalled()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}/secret.mp4";
        var inside = Media.Path(Workplace.First);
        var clip = await File.ReadAllBytesAsync(inside, Cancel);
        await AssertAllFailAsync(
        [
            Media.Write("bad/empty.mp4", ""),
            Media.Write("bad/text.mov", "This is no film."),
            Media.Write("bad/noise.mkv", Noise(100_000)),
            Media.Write("bad/half.mp4", clip[..(clip.Length / 2)]),
            Media.Write("bad/headless.mp4", clip[1000..]),
            Media.Write("bad/playlist.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n"),
            Media.Write("bad/playlist.m3u8", $"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{inside}\n#EXT-X-ENDLIST\n"),
            Media.Write("bad/list.mov", $"ffconcat version 1.0\nfile '{address}'\n"),
            Media.Write("bad/list.ffconcat", $"ffconcat version 1.0\nfile '{inside}'\n"),
            Media.Write("bad/dash.mp4", $"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT5S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>{address}</BaseURL></Representation></AdaptationSet></Period></MPD>"),
            Media.Write("bad/session.sdp", $"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {((IPEndPoint)listener.LocalEndpoint).Port} RTP/AVP 96\na=rtpmap:96 H264/90000\n"),
        ]);
        Assert.False(listener.Pending(), "somebody called the host that a playlist names");
    }

    [Fact]
    public async Task NothingOutsideTheMediaRoot_CanBeReadOrWritten()
    {
        var outside = Directory.CreateTempSubdirectory("outside-");
        try
        {
            File.Copy(Media.Path(Workplace.First), Path.Combine(outside.FullName, "secret.mp4"));
            File.CreateSymbolicLink(Media.Path("link.mp4"), Path.Combine(outside.FullName, "secret.mp4"));
            Directory.CreateSymbolicLink(Media.Path("folder"), outside.FullName);
            foreach (var path in new[] { "link.mp4", "folder/secret.mp4", $"../../{outside.Name}/secret.mp4", $"{outside.FullName}/secret.mp4", "a.mp4/../../../x.mp4", "", "." })
            {
                using var answer = await running.Server.PostAsync(Workplace.Small(source: path));
                await AssertProblemAsync(answer, path.StartsWith('/') ? null : outside.FullName);
            }

            foreach (var path in new[] { "link.mp4", "folder/secret.mp4", $"..%2F..%2F{outside.Name}%2Fsecret.mp4", "link.mp4/probe" })
            {
                using var read = await running.Server.Http.GetAsync(new Uri($"/api/v1/sources/{path}", UriKind.Relative), Cancel);
                await AssertProblemAsync(read, outside.FullName);
            }

            using var body = new ByteArrayContent([1, 2, 3]);
            using var written = await running.Server.Http.PutAsync(new Uri("/api/v1/sources/folder/new.mp4", UriKind.Relative), body, Cancel);
            await AssertProblemAsync(written, outside.FullName);
            Assert.Equal(["secret.mp4"], outside.GetFiles().Select(file => file.Name));
            await AssertWellAsync();
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":7,"projectId":[],"title":{},"timeline":"x","outputs":3}""")]
    [InlineData("""{"type":"assembly","projectId":"p","title":"t","timeline":{"shots":[]},"outputs":[{"preset":"h264-720p"}]}""")]
    [InlineData("""{"type":"assembly","projectId":"p","title":"t","timeline":{"shots":[{"source":"a.mp4"}]},"outputs":[{"preset":"betamax"}]}""")]
    [InlineData("""{"type":"assembly","projectId":"../p","title":"t","timeline":{"shots":[{"source":"a.mp4"}]},"outputs":[{"preset":"h264-720p"}]}""")]
    public async Task AWrongBody_IsRefused(string body)
    {
        using var answer = await SendAsync(body);
        await AssertProblemAsync(answer);
    }

    [Fact]
    public async Task TooMuch_IsRefused()
    {
        using var tooMany = await running.Server.PostAsync(Workplace.Small(shots: TimelineLimits.MaxShots + 1));
        await AssertProblemAsync(tooMany);
        using var tooLarge = await SendAsync($$"""{"type":"assembly","projectId":"p","title":"{{new string('x', 20_000_000)}}"}""");
        await AssertProblemAsync(tooLarge);
        await AssertWellAsync();
    }

    [Theory]
    [InlineData("2s", "1s")]
    [InlineData("0s", "1000s")]
    [InlineData("00:00:00:99", "00:00:02:00")]
    public async Task AWrongCut_IsRefused_OrFailsItsJob(string from, string to)
    {
        var spec = Workplace.Small();
        await AssertFailsAsync(spec with { Timeline = spec.Timeline! with { Shots = [new ShotSpec(Workplace.First, from, to)] } });
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(2).NextBytes(noise);
        return noise;
    }

    private async Task<HttpResponseMessage> SendAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await running.Server.Http.PostAsync(new Uri(JobCalls.Jobs, UriKind.Relative), content, Cancel);
    }

    private async Task AssertAllFailAsync(IReadOnlyList<string> sources)
    {
        await Task.WhenAll(sources.Select(source => AssertFailsAsync(Workplace.Small(title: source, source: source))));
        await AssertWellAsync();
    }

    /// <summary>A 4xx, or a failed job that says why.</summary>
    private async Task AssertFailsAsync(JobSpec spec)
    {
        using var answer = await running.Server.PostAsync(spec);
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            await AssertProblemAsync(answer);
            return;
        }

        var job = JsonSerializer.Deserialize<JobDetails>(await answer.Content.ReadAsStringAsync(Cancel), AssemblyJson.Options)!.Id;
        await using var watch = running.Server.Watch(job);
        var last = await watch.UntilAsync(JobWatch.Ended, $"the end of the job of {spec.Title}");
        Assert.True(last.Status == JobStatus.Failed, $"{spec.Title}: {last.Status}");
        Assert.True(last.Error is { Status: >= 400 and < 500, Detail.Length: > 10 }, $"{spec.Title}: {last.Error}");
        Assert.DoesNotContain(Media.Root, last.Error.ToString(), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine($"{spec.Title}: {last.Error.Title}. {last.Error.Detail}");
    }

    /// <param name="secret">A folder whose name must not be told; by default the media root.</param>
    private async Task AssertProblemAsync(HttpResponseMessage answer, string? secret = null)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain(secret ?? Media.Root, text, StringComparison.Ordinal);
    }

    /// <summary>It answers, and it makes films.</summary>
    private async Task AssertWellAsync()
    {
        using var ready = await running.Server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        await running.Server.CompleteAsync(await running.Server.SubmitAsync(Workplace.Small()));
    }
}
