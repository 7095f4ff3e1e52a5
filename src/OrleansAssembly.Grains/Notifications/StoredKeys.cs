using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using StackExchange.Redis;

namespace OrleansAssembly.Grains.Notifications;

/// <summary>The keys of the data protection, in the store: every silo opens what another sealed, and so does the next start.</summary>
internal sealed class StoredKeys(IConnectionMultiplexer store) : IXmlRepository
{
    private const string Key = "{assembly}:data-protection-keys";

    public IReadOnlyCollection<XElement> GetAllElements() => [.. store.GetDatabase().ListRange(Key).Select(text => XElement.Parse(text!))];

    public void StoreElement(XElement element, string friendlyName) => store.GetDatabase().ListRightPush(Key, element.ToString(SaveOptions.DisableFormatting));
}
