using System.Net;
using System.Text;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>What bad input gets: a 4xx problem that says what to do, never a 500.</summary>
public sealed class BadInputTests(RunningServer server)
{
    [Theory]
    [InlineData("{ \"type\": \"assembly\", \"colour\": 1 }", "colour", "no field")]
    [InlineData("{ \"timeline\": { \"shots\": [ { \"sourc\": \"a\" } ] } }", "timeline.shots[0].sourc", "no field")]
    [InlineData("{ \"type\": \"comedy\" }", "type", "wrong type")]
    [InlineData("{ \"type\": 0 }", "type", "wrong type")]
    [InlineData("{ \"priority\": \"50\" }", "priority", "wrong type")]
    [InlineData("{ \"priority\": 5.5 }", "priority", "wrong type")]
    [InlineData("{ \"outputs\": {} }", "outputs", "wrong type")]
    [InlineData("{ \"timeline\": { \"shots\": [ { \"source\": 5 } ] } }", "timeline.shots[0].source", "wrong type")]
    [InlineData("{ \"type\": \"edl\", \"type\": \"assembly\" }", "type", "twice")]
    [InlineData("this is not JSON", "body", "not JSON")]
    [InlineData("{ \"type\": \"edl\"", "body", "JSON")]
    [InlineData("", "body", "JSON")]
    [InlineData("null", "body", "object")]
    [InlineData("[]", "body", "wrong type")]
    public async Task A_body_that_is_not_a_job_is_told_field_by_field(string body, string field, string message)
    {
        using var answer = await server.PostJobAsync(body);
        var problem = await ProblemAsync(answer, 400);
        Assert.Contains(message, Assert.Single(problem.Errors![field]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_mistake_is_told_at_once()
    {
        using var answer = await server.PostJobAsync("""
            { "type": "assembly", "projectId": "No Such", "title": "", "priority": 101,
              "timeline": { "frameRate": "0/0", "width": 7, "shots": [ { "source": "one.mp4", "in": "soon" }, { "source": "gone.mp4" }, { "source": "../../etc/passwd" } ] },
              "outputs": [ { "preset": "vhs" } ] }
            """);
        var problem = await ProblemAsync(answer, 400);
        string[] fields = ["projectId", "title", "priority", "timeline.frameRate", "timeline.width", "timeline.shots[0].in", "timeline.shots[1].source", "timeline.shots[2].source", "outputs[0].preset"];
        Assert.Equal(fields.Order(), problem.Errors!.Keys.Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task No_shot_and_too_many_shots_are_refused(int shots)
    {
        using var answer = await server.PostJobAsync(SpecOf(shots: shots));
        Assert.Contains("timeline.shots", (await ProblemAsync(answer, 400)).Errors!.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_20_MB_body_is_refused_and_its_sender_sees_why(bool lengthTold)
    {
        using var content = lengthTold ? (HttpContent)new ByteArrayContent(new byte[20_000_000]) : new StreamContent(new Endless(20_000_000));
        content.Headers.ContentType = new("application/json");
        using var answer = await server.Http.PostAsync(new Uri(JobsApi.Root, UriKind.Relative), content, Cancel);
        await ProblemAsync(answer, 413);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_by_its_type_is_refused()
    {
        using var content = new StringContent(SpecOf(), Encoding.UTF8, "text/plain");
        using var answer = await server.Http.PostAsync(new Uri(JobsApi.Root, UriKind.Relative), content, Cancel);
        await ProblemAsync(answer, 415);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("PATCH", "/api/v1/assembly/jobs", 405)]
    [InlineData("GET", "/api/v1/assembly/jobs?status=asleep", 400)]
    [InlineData("GET", "/api/v1/assembly/jobs?limit=0", 400)]
    [InlineData("GET", "/api/v1/assembly/jobs?limit=many", 400)]
    [InlineData("GET", "/api/v1/assembly/jobs?cursor=garbage", 400)]
    [InlineData("GET", "/api/v1/assembly/jobs?projectId=..%2F..", 400)]
    [InlineData("GET", "/api/v1/assembly/jobs/nonsense", 404)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000", 404)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000/progress", 404)]
    [InlineData("POST", "/api/v1/assembly/jobs/00000000000000000000000000000000/pause", 404)]
    [InlineData("POST", "/api/v1/assembly/jobs/nonsense/cancel", 404)]
    [InlineData("DELETE", "/api/v1/assembly/jobs/00000000000000000000000000000000", 404)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000/events", 404)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000/websocket", 426)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000/outputs", 404)]
    [InlineData("GET", "/api/v1/assembly/jobs/00000000000000000000000000000000/edl", 404)]
    [InlineData("GET", "/api/v1/projects/nothing-here", 404)]
    [InlineData("GET", "/api/v1/projects/..%2F..", 404)]
    [InlineData("GET", "/api/v1/sources?cursor=*", 400)]
    [InlineData("GET", "/api/v1/sources/gone.mp4", 404)]
    [InlineData("GET", "/api/v1/sources/gone.mp4/probe", 404)]
    [InlineData("DELETE", "/api/v1/sources/gone.mp4", 404)]
    [InlineData("GET", "/api/v1/sources//etc/passwd", 400)]
    [InlineData("GET", "/api/v1/sources/..%2F..%2F..%2Fetc%2Fpasswd", 404)]
    public async Task Every_refusal_is_a_problem(string method, string path, int status)
    {
        using var answer = await server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancel);
        await ProblemAsync(answer, status);
    }

    [Theory]
    [InlineData("../escaped.mp4")]
    [InlineData("../../escaped.mp4")]
    [InlineData("a/%2e%2e/%2e%2e/escaped.mp4")]
    [InlineData("%2Fescaped.mp4")]
    public async Task No_upload_leaves_the_sources_folder(string path)
    {
        // A raw request: clients would tidy the path up.
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancel);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT /api/v1/sources/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"), Cancel);
        var text = await new StreamReader(stream).ReadToEndAsync(Cancel);
        var root = Directory.GetParent(server.MediaRoot)!.FullName;
        var outside = Directory.EnumerateFiles(root, "*escaped*", SearchOption.AllDirectories).Where(f => !f.StartsWith(Path.Combine(server.MediaRoot, "sources"), StringComparison.Ordinal));
        Assert.Empty(outside);
        Assert.DoesNotContain(" 500 ", text.Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scene1:take2.mov", "has a ':'")]
    [InlineData("scene1%3Atake2.mov", "has a ':'")]
    [InlineData("scene1%5Ctake2.mov", "has a backslash")]
    [InlineData("a//b.mp4", "has an empty part")]
    [InlineData("folder/", "has an empty part")]
    public async Task An_upload_that_no_job_could_name_is_refused_before_its_body_is_read(string path, string why) => await RefusedUploadAsync(path, why);

    [Fact]
    public async Task An_upload_with_a_path_that_is_too_long_for_a_job_is_refused_too()
    {
        var folders = string.Concat(Enumerable.Repeat(new string('a', 99) + '/', 10));
        await RefusedUploadAsync(folders + "b", "longer than 1000 bytes");
    }

    /// <summary>Promises 80 GB and sends nothing, as a client does that waits for leave.</summary>
    private async Task RefusedUploadAsync(string path, string why)
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancel);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT /api/v1/sources/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 80000000000\r\nExpect: 100-continue\r\n\r\n"), Cancel);
        var buffer = new byte[4096];
        var answer = Encoding.UTF8.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, 12, cancellationToken: Cancel));
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        answer += await new StreamReader(stream).ReadToEndAsync(Cancel);
        Assert.Contains("urn:orleans-assembly:invalid-source-path", answer, StringComparison.Ordinal);
        Assert.Contains(why, answer, StringComparison.Ordinal);
        Assert.Contains("Upload it under another path.", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/v1/assembly/jobs/00000000000000000000000000000000/cancel")]
    [InlineData("DELETE", "/api/v1/sources/one.mp4")]
    [InlineData("POST", "/hubs/progress/negotiate?negotiateVersion=1")]
    public async Task A_page_of_another_server_can_do_nothing(string method, string path)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", "http://evil.example");
        using var answer = await server.Http.SendAsync(request, Cancel);
        Assert.Contains("Host header", (await ProblemAsync(answer, 403)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/api/v1/assembly/jobs/00000000000000000000000000000000/cancel", 404)]
    [InlineData("DELETE", "/api/v1/sources/gone.mp4", 404)]
    [InlineData("POST", "/hubs/progress/negotiate?negotiateVersion=1", 200)]
    public async Task The_servers_own_page_may_act_behind_a_proxy_that_does_not_pass_its_host_on(string method, string path, int status)
    {
        using var answer = await SendAsync(method, path, "same-origin", "https://films.example");
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("cross-site", "https://evil.example")]
    [InlineData("same-site", "https://other.films.example")]
    [InlineData("none", "chrome-extension://abcdef")]
    [InlineData("same-origin, cross-site", "https://evil.example")]
    [InlineData("cross-site", "own")]
    [InlineData("cross-site", null)]
    [InlineData("same-site", null)]
    public async Task What_a_browser_says_comes_from_elsewhere_can_do_nothing(string site, string? origin)
    {
        foreach (var (method, path) in new[] { ("POST", "/api/v1/assembly/jobs/00000000000000000000000000000000/cancel"), ("PUT", "/api/v1/sources/foreign.mp4"), ("GET", "/hubs/progress") })
        {
            using var answer = await SendAsync(method, path, site, origin == "own" ? server.Address.GetLeftPart(UriPartial.Authority) : origin);
            await ProblemAsync(answer, 403);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("cross-site")]
    public async Task Pages_may_be_opened_from_anywhere(string site)
    {
        using var answer = await SendAsync("GET", "/api/v1/presets", site, null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, string site, string? origin)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return server.Http.SendAsync(request, Cancel);
    }

    [Fact]
    public async Task A_broken_upload_leaves_nothing()
    {
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Cancel);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes("PUT /api/v1/sources/cut-off.mp4 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"), Cancel);
        }

        using var answer = await server.Http.GetAsync(new Uri("/api/v1/sources/cut-off.mp4", UriKind.Relative), Cancel);
        await ProblemAsync(answer, 404);
    }

    /// <summary>So many blanks, of a length that is not told.</summary>
    private sealed class Endless(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var part = (int)Math.Min(_left, count);
            Array.Fill(buffer, (byte)' ', offset, part);
            _left -= part;
            return part;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
