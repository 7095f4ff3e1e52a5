using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using OrleansAssembly.Contracts;
using OrleansAssembly.Timeline;

namespace OrleansAssembly.Server.Api;

/// <summary>The OpenAPI document, so exact that the page's types can be made from it.</summary>
public static class ApiDocument
{
    /// <summary>What only the hub and the WebSocket speak: it belongs to the document too.</summary>
    private static readonly Type[] Pushed = [typeof(NotificationEvent), typeof(BoardFilter), typeof(ProgressMessage), typeof(PauseWish), typeof(ProblemDetailsBody)];

    /// <summary>In bodies that are sent, what may be null may be left out. In answers everything is there, null or not.</summary>
    private static readonly HashSet<Type> Sent = [typeof(BoardFilter), typeof(PauseWish)];

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer(async (document, context, cancellation) =>
        {
            document.Info = new OpenApiInfo { Title = "OrleansAssembly", Version = "v1", Description = "Films from shots: submit an assembly job, watch it, fetch what it made." };
            var prefix = context.ApplicationServices.GetRequiredService<Hosting.ServerSettings>().PathBase;
            document.Servers = [new OpenApiServer { Url = prefix.Length == 0 ? "/" : prefix }];
            foreach (var type in Pushed)
            {
                document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellation));
            }
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            // GET and HEAD of a file are one route with one name, and an operation's is its own.
            operation.OperationId = HttpMethods.IsHead(context.Description.HttpMethod ?? "") ? $"{operation.OperationId}Head" : operation.OperationId;
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            Describe(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiSchema schema, JsonTypeInfo type)
    {
        // Exact fractions are text.
        if (type.Type == typeof(Rational) || type.Type == typeof(FrameRate))
        {
            schema.Type = JsonSchemaType.String;
            schema.Pattern = @"^-?\d+(/\d+)?$";
        }

        if (type.Type.Namespace?.StartsWith(nameof(OrleansAssembly), StringComparison.Ordinal) is not true || type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        schema.Required = type.Type.Name.EndsWith("Spec", StringComparison.Ordinal) || Sent.Contains(type.Type)
            ? null
            : type.Properties.Where(property => property.Get is not null && !MayBeMissing(property)).Select(property => property.Name).ToHashSet();
    }

    private static bool MayBeMissing(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }]
        || property.DeclaringType == typeof(ProblemDetailsBody) && property.Name is "instance" or "errors" or "traceId"; // other problems of the same kind come without
}
