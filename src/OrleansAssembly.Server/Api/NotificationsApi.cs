using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Notifications;
using OrleansAssembly.Server.Errors;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Server.Api;

/// <summary>Whom to tell: settings of jobs, projects and the deployment, the ledger of what was sent, and tests.</summary>
public static class NotificationsApi
{
    private const string Root = "/api/v1/notifications";

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        var job = routes.MapGroup(JobsApi.Root + "/{id}/notifications").WithTags("Notifications");
        job.MapGet("/", GetOfJobAsync).WithName("GetNotifications").WithSummary("The job's own notification settings; effective=true adds what its project and the deployment say")
            .ProducesProblem(404);
        job.MapPost("/", SetOfJobAsync).WithName("SetNotifications").WithSummary("Replace the job's notification settings").WithDescription(Masks)
            .Accepts<NotificationSpec>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(415).NeedsStore();
        MapOutbox(job, "", JobScopeAsync, Problems.NoSuchJob);

        var all = routes.MapGroup(Root).WithTags("Notifications");
        all.MapGet("/channels", (NotificationChannelSet channels) => TypedResults.Ok(channels.List()))
            .WithName("ListChannels").WithSummary("The ways to tell people, and which are off and why");
        all.MapGet("/defaults", (IGrainFactory grains) => GetAsync(grains, NotificationScope.Deployment))
            .WithName("GetNotificationDefaults").WithSummary("The deployment's notification settings");
        all.MapPut("/defaults", (HttpRequest request, IGrainFactory grains, IOptions<NotificationOptions> options, CancellationToken cancellation) => SetAsync(request, grains, NotificationScope.Deployment, options, cancellation))
            .WithName("SetNotificationDefaults").WithSummary("Replace the deployment's notification settings").WithDescription(Masks)
            .Accepts<NotificationSpec>("application/json").ProducesProblem(400).ProducesProblem(415).NeedsStore();
        MapOutbox(all, "Deployment", (_, _) => Task.FromResult<string?>(NotificationScope.Deployment), NoProject); // there always is one

        var project = routes.MapGroup("/api/v1/projects/{id}/notifications").WithTags("Notifications");
        project.MapGet("/", GetOfProjectAsync).WithName("GetProjectNotifications").WithSummary("The project's notification settings").ProducesProblem(404);
        project.MapPut("/", SetOfProjectAsync).WithName("SetProjectNotifications").WithSummary("Replace the project's notification settings").WithDescription(Masks)
            .Accepts<NotificationSpec>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(415).NeedsStore();
        MapOutbox(project, "Project", (id, _) => Task.FromResult<string?>(JobSpecValidator.IsProjectId(id) ? NotificationScope.Project(id) : null), NoProject);
    }

    private const string Masks = $"What is left out is as the project, else the deployment says. Secrets are shown as {WebhookSpec.Mask}; that sent back keeps them.";

    /// <summary>Ledger, redelivery and test of a scope. Of a project and the deployment, only tests are sent: what jobs tell is in the jobs' own ledgers.</summary>
    private static void MapOutbox(RouteGroupBuilder group, string name, Func<string, IGrainFactory, Task<string?>> scopeOf, Func<string, ProblemHttpResult> missing)
    {
        group.MapGet("/deliveries", async Task<Results<Ok<Delivery[]>, ProblemHttpResult>> (HttpContext http, IGrainFactory grains) =>
            await scopeOf(IdOf(http), grains) is { } scope ? TypedResults.Ok(await grains.GetGrain<INotificationsGrain>(scope).ListAsync()) : missing(IdOf(http)))
            .WithName($"List{name}Deliveries").WithSummary("What was sent to whom, newest first, with every try and its answer").ProducesProblem(404);

        group.MapPost("/deliveries/{deliveryId}/redeliver", async Task<Results<Accepted<Delivery>, ProblemHttpResult>> (HttpContext http, string deliveryId, IGrainFactory grains) =>
            await scopeOf(IdOf(http), grains) is not { } scope ? missing(IdOf(http))
            : await grains.GetGrain<INotificationsGrain>(scope).RedeliverAsync(deliveryId) is { } delivery ? TypedResults.Accepted((string?)null, delivery)
            : Problems.Of("delivery-not-found", "There is no such message", "GET .../notifications/deliveries lists what was sent; the oldest make room for new ones.", 404))
            .WithName($"Redeliver{name}").WithSummary("Send a message once more, under the same id, whatever came of it").ProducesProblem(404).NeedsStore();

        group.MapPost("/test", async Task<Results<Accepted<Delivery>, ProblemHttpResult>> (HttpRequest request, IGrainFactory grains, IOptions<NotificationOptions> options, NotificationChannelSet channels, CancellationToken cancellation) =>
            await scopeOf(IdOf(request.HttpContext), grains) is { } scope ? await TestAsync(request, grains.GetGrain<INotificationsGrain>(scope), options, channels, cancellation) : missing(IdOf(request.HttpContext)))
            .WithName($"Test{name}Notification").WithSummary("Send a test message").WithDescription("Of a webhook that the settings do not name, give the secret too.")
            .Accepts<NotificationTest>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(415).NeedsStore();
    }

    private static string IdOf(HttpContext http) => http.Request.RouteValues["id"] as string ?? "";

    private static async Task<string?> JobScopeAsync(string id, IGrainFactory grains) =>
        grains.Find(id) is { } job && await job.GetSpecAsync() is not null ? NotificationScope.Job(id) : null;

    private static async Task<Results<Ok<NotificationSpec>, ProblemHttpResult>> GetOfJobAsync(string id, bool? effective, IGrainFactory grains) =>
        grains.Find(id) is not { } job || await job.GetSpecAsync() is not { } spec ? Problems.NoSuchJob(id)
        : effective is true ? TypedResults.Ok(await grains.GetGrain<INotificationsGrain>(NotificationScope.Job(id)).GetEffectiveAsync(spec.ProjectId))
        : await GetAsync(grains, NotificationScope.Job(id));

    private static async Task<Results<Ok<NotificationSpec>, ProblemHttpResult>> SetOfJobAsync(
        string id, HttpRequest request, IGrainFactory grains, IOptions<NotificationOptions> options, CancellationToken cancellation) =>
        await JobScopeAsync(id, grains) is { } scope ? await SetAsync(request, grains, scope, options, cancellation) : Problems.NoSuchJob(id);

    private static async Task<Results<Ok<NotificationSpec>, ProblemHttpResult>> GetOfProjectAsync(string id, IGrainFactory grains) =>
        JobSpecValidator.IsProjectId(id) ? await GetAsync(grains, NotificationScope.Project(id)) : NoProject(id);

    private static async Task<Results<Ok<NotificationSpec>, ProblemHttpResult>> SetOfProjectAsync(
        string id, HttpRequest request, IGrainFactory grains, IOptions<NotificationOptions> options, CancellationToken cancellation) =>
        JobSpecValidator.IsProjectId(id) ? await SetAsync(request, grains, NotificationScope.Project(id), options, cancellation) : NoProject(id);

    private static async Task<Ok<NotificationSpec>> GetAsync(IGrainFactory grains, string scope) =>
        TypedResults.Ok(await grains.GetGrain<INotificationsGrain>(scope).GetAsync() ?? new NotificationSpec(null, null, null, null));

    private static async Task<Results<Ok<NotificationSpec>, ProblemHttpResult>> SetAsync(
        HttpRequest request, IGrainFactory grains, string scope, IOptions<NotificationOptions> options, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<NotificationSpec>(request, cancellation);
        if (body.Value is null)
        {
            return Problems.Of(body.Problem!);
        }

        var problems = NotificationCheck.Check(body.Value, "", options.Value.Webhooks.Allows, masks: true).ToArray();
        var answer = problems.Length > 0 ? new SettingsAnswer(null, problems) : await grains.GetGrain<INotificationsGrain>(scope).SetAsync(body.Value);
        return answer.Settings is { } settings ? TypedResults.Ok(settings) : Wrong(answer.Problems);
    }

    private static async Task<Results<Accepted<Delivery>, ProblemHttpResult>> TestAsync(
        HttpRequest request, INotificationsGrain outbox, IOptions<NotificationOptions> options, NotificationChannelSet channels, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync<NotificationTest>(request, cancellation);
        if (body.Value is not { } test)
        {
            return Problems.Of(body.Problem!);
        }

        var problem = NotificationCheck.TargetProblem(test.Channel ?? "", test.Target, options.Value.Webhooks.Allows);
        if (problem is not null)
        {
            var unknown = test.Channel is not (NotificationChannels.Email or NotificationChannels.Sms or NotificationChannels.Webhook);
            return Wrong([new FieldProblem(unknown ? "channel" : "target", problem)]);
        }

        if (test.Secret is { } secret && NotificationCheck.SecretProblem(secret, masks: true) is { } wrong)
        {
            return Wrong([new FieldProblem("secret", wrong)]);
        }

        if (channels.List().Channels.First(channel => channel.Name == test.Channel) is { Available: false, Reason: { } why })
        {
            return Problems.Of("channel-off", "The channel is off", why, 409);
        }

        var answer = await outbox.TestAsync(test);
        return answer.Delivery is { } delivery ? TypedResults.Accepted((string?)null, delivery) : Wrong(answer.Problems);
    }

    private static ProblemHttpResult Wrong(FieldProblem[] problems) => Problems.Of(Problem.InvalidSettings(problems));

    private static ProblemHttpResult NoProject(string id) =>
        Problems.Of("project-not-found", "The project does not exist", $"'{Problems.Shown(id)}' is no id of a project.", 404);
}
