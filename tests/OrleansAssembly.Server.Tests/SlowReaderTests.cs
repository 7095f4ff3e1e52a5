using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using OrleansAssembly.Contracts;
using OrleansAssembly.Server.Api;
using OrleansAssembly.Server.Progress;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

/// <summary>A client that does not read, beside one that does.</summary>
public sealed class SlowReaderTests(RunningServer server)
{
    private const int Steps = 8;
    private const int UpdatesAStep = 100;

    /// <summary>Characters: large updates, so that few of them fill what there is of buffers.</summary>
    private const int Padding = 4000;

    /// <summary>Bytes: what server, kernels and the client's own buffer may hold of the 3 MB that are sent.</summary>
    private const int MostWaiting = 400_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("websocket")]
    [InlineData("events")]
    [InlineData("hub")]
    public async Task It_gets_the_newest_soon_and_every_change_of_step_and_slows_nobody_down(string kind)
    {
        var job = (await server.SubmitAsync(SpecOf(project: "slow"))).Id;
        await server.Http.PostAsync($"{JobsApi.Root}/{job}/pause", null, Cancel);
        await using var quick = new HubConnectionBuilder()
            .WithUrl(new Uri(server.Address, ProgressHub.Path))
            .AddJsonProtocol(options => AssemblyJson.Configure(options.PayloadSerializerOptions))
            .Build();
        var heard = Channel.CreateUnbounded<ProgressUpdate>();
        quick.On<ProgressUpdate>("progress", update => heard.Writer.TryWrite(update));
        await quick.StartAsync(Cancel);
        await quick.InvokeAsync<ProgressUpdate?>("WatchJob", job, null, Cancel);
        using var slow = await OpenAsync(kind, job);

        // Each update is waited for by the quick one, so nothing of it waits in a mailbox, but behind the slow one.
        var relay = server.Services.GetRequiredService<ProgressRelay>();
        var sequence = 1_000_000L;
        for (var n = 0; n < Steps * UpdatesAStep; n++)
        {
            var update = Updates.Of(job, ++sequence, step: 1 + (n / UpdatesAStep)) with { Message = new string('x', Padding) };
            await relay.OnProgressAsync(update);
            while ((await heard.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Limit, TimeProvider.System, Cancel)).Sequence < sequence)
            {
                // The job's own, from before.
            }
        }

        var (bytes, text) = await ReadUntilAsync(slow, $"\"sequence\":{sequence},");
        Assert.True(bytes < MostWaiting, $"{bytes} bytes of {Steps * UpdatesAStep * Padding} had waited");
        Assert.All(Enumerable.Range(1, Steps), step => Assert.Contains($"\"currentStep\":\"Step {step}\"", text, StringComparison.Ordinal));
        await server.Http.PostAsync($"{JobsApi.Root}/{job}/cancel", null, Cancel);
    }

    /// <summary>A raw connection with a small buffer of its own, of which nothing is read beyond the first answer.</summary>
    private async Task<Socket> OpenAsync(string kind, string job)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024, NoDelay = true };
        await socket.ConnectAsync(server.Address.Host, server.Address.Port, Cancel);
        var path = kind == "hub" ? ProgressHub.Path : $"{JobsApi.Root}/{job}/{kind}";
        var upgrade = kind == "events" ? "" : "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.Address.Authority}\r\n{upgrade}\r\n"), Cancel);
        if (kind == "hub")
        {
            await ReadUntilAsync(socket, "\r\n\r\n");
            await using var sending = new NetworkStream(socket, ownsSocket: false);
            var calls = WebSocket.CreateFromStream(sending, new WebSocketCreationOptions());
            await calls.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, Cancel);
            await calls.SendAsync(Encoding.UTF8.GetBytes($"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"WatchJob\",\"arguments\":[\"{job}\",null]}}\u001e"), WebSocketMessageType.Text, true, Cancel);
        }

        await ReadUntilAsync(socket, job); // its first update: it watches
        return socket;
    }

    private static async Task<(int Bytes, string Text)> ReadUntilAsync(Socket socket, string sign)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        var (text, buffer, bytes) = (new StringBuilder(), new byte[16 * 1024], 0);
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(read > 0, $"the server closed before {sign}");
            bytes += read;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            if (text.ToString(Math.Max(0, text.Length - read - sign.Length), Math.Min(text.Length, read + sign.Length)).Contains(sign, StringComparison.Ordinal))
            {
                return (bytes, text.ToString());
            }
        }
    }
}
