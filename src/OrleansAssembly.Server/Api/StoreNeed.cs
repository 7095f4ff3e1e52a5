using OrleansAssembly.Grains;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Errors;

namespace OrleansAssembly.Server.Api;

/// <summary>Calls that cannot be answered without the store say so at once while it is away, whichever limit they would run into.</summary>
public static class StoreNeed
{
    public static RouteHandlerBuilder NeedsStore(this RouteHandlerBuilder call) => call
        .AddEndpointFilter(async (context, next) => context.HttpContext.RequestServices.GetRequiredService<StoreWatch>().IsAway
            ? Problems.Of(Problem.StoreUnavailable)
            : await next(context))
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
