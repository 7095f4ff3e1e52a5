using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;
using OrleansAssembly.Contracts;

namespace OrleansAssembly.Server.Progress;

/// <summary>The hub's two protocols. Both carry the same names and values, and both let a caller leave out the arguments that the contract calls optional.</summary>
public static class HubProtocols
{
    public static void AddProgressHub(this IServiceCollection services)
    {
        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = 32 * 1024;
            hub.EnableDetailedErrors = false;
            SlowReaders.Configure(hub);
        });
        services.Configure<JsonHubProtocolOptions>(json => AssemblyJson.Configure(json.PayloadSerializerOptions));
        services.Configure<MessagePackHubProtocolOptions>(pack => pack.SerializerOptions = Packed);
        services.AddSingleton<IHubProtocol>(p => new OptionalArguments(new WrittenOnce(new JsonHubProtocol(p.GetRequiredService<IOptions<JsonHubProtocolOptions>>()))));
        services.AddSingleton<IHubProtocol>(p => new OptionalArguments(new WrittenOnce(new MessagePackHubProtocol(p.GetRequiredService<IOptions<MessagePackHubProtocolOptions>>()))));
    }

    /// <summary>MessagePack with the shape of our JSON: names in camelCase, enums as lower-case text, instants as text.</summary>
    public static MessagePackSerializerOptions Packed { get; } =
        MessagePackSerializerOptions.Standard.WithResolver(new JsonShapedResolver()).WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>SignalR refuses a call with fewer arguments than the method has. Here trailing ones that may be null are filled up.</summary>
    private sealed class OptionalArguments(IHubProtocol inner) : IHubProtocol
    {
        public string Name => inner.Name;

        public int Version => inner.Version;

        public TransferFormat TransferFormat => inner.TransferFormat;

        public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

        public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);

        public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

        public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
        {
            var again = input;
            var parsed = inner.TryParseMessage(ref input, binder, out message);
            if (message is not InvocationBindingFailureMessage { Target: { } target })
            {
                return parsed;
            }

            var shorter = new ShorterBinder(binder);
            if (shorter.Shorten(target) && inner.TryParseMessage(ref again, shorter, out var second) && second is InvocationMessage call)
            {
                message = new InvocationMessage(call.InvocationId, call.Target, [.. call.Arguments, null], call.StreamIds) { Headers = call.Headers };
            }

            return parsed;
        }

        /// <summary>The method without its last parameter.</summary>
        private sealed class ShorterBinder(IInvocationBinder inner) : IInvocationBinder
        {
            private IReadOnlyList<Type> _parameters = [];

            public bool Shorten(string target)
            {
                try
                {
                    _parameters = inner.GetParameterTypes(target);
                }
                catch (Exception e) when (e is InvalidOperationException or HubException or ArgumentException or KeyNotFoundException)
                {
                    return false; // no such method
                }

                return _parameters.Count > 0 && (Nullable.GetUnderlyingType(_parameters[^1]) is not null || _parameters[^1] == typeof(BoardFilter));
            }

            public Type GetReturnType(string invocationId) => inner.GetReturnType(invocationId);

            public Type GetStreamItemType(string streamId) => inner.GetStreamItemType(streamId);

            public IReadOnlyList<Type> GetParameterTypes(string methodName) => [.. _parameters.Take(_parameters.Count - 1)];
        }
    }

    private sealed class JsonShapedResolver : IFormatterResolver
    {
        public IMessagePackFormatter<T>? GetFormatter<T>() => Cached<T>.Formatter;

        private static class Cached<T>
        {
            public static readonly IMessagePackFormatter<T>? Formatter = IsOurs(typeof(T))
                ? new JsonShaped<T>()!
                : MessagePack.Resolvers.StandardResolver.Instance.GetFormatter<T>();

            private static bool IsOurs(Type type) => type.Namespace?.StartsWith(nameof(OrleansAssembly), StringComparison.Ordinal) is true && !type.IsArray;
        }
    }
}
