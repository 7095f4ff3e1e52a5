using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace OrleansAssembly.Kubernetes.Tests.Given;

/// <summary>The part of the Kubernetes API that a silo asks, over real HTTP: one pod. Notes what is asked for as RBAC names it, and refuses all else.</summary>
public sealed class PodApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PodApi(V1Pod pod)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();

        var pods = $"/api/v1/namespaces/{pod.Metadata.NamespaceProperty}/pods";
        _app.MapGet($"{pods}/{pod.Metadata.Name}", () => Answer("get", pod));
        _app.MapGet(pods, async (bool? watch, string labelSelector, HttpContext call) =>
        {
            Selector = labelSelector;
            if (watch is not true)
            {
                return Answer("list", new V1PodList { ApiVersion = "v1", Kind = "PodList", Metadata = new V1ListMeta(), Items = [pod] });
            }

            // Nothing happens to the pods: the answer stays open.
            _asked.Enqueue("watch pods");
            _watched.TrySetResult();
            await call.Response.StartAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, call.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return Results.Empty;
        });
        _app.MapFallback(call =>
        {
            _asked.Enqueue($"{call.Request.Method} {call.Request.Path}");
            call.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
    }

    /// <summary>Verb and resource of each call so far, once each.</summary>
    public IEnumerable<string> Asked => _asked.Distinct().Order(StringComparer.Ordinal);

    /// <summary>By which labels the pods were asked for.</summary>
    public string? Selector { get; private set; }

    /// <summary>Ends when somebody waits for changes.</summary>
    public Task Watched => _watched.Task;

    public string Address => _app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<PodApi> StartAsync(V1Pod pod)
    {
        var api = new PodApi(pod);
        await api._app.StartAsync();
        return api;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Answer(string verb, object what)
    {
        _asked.Enqueue($"{verb} pods");
        return Results.Text(KubernetesJson.Serialize(what), "application/json");
    }
}
