using System.Text;
using Microsoft.Playwright;
using MimeKit;
using OrleansAssembly.Jobs;
using OrleansAssembly.NotificationTests.Given;
using OrleansAssembly.SystemTests;

namespace OrleansAssembly.Browser.Tests;

/// <summary>The mails as they came through a real mail server, shown as a mail client shows them: their HTML, with the pictures that lie in them.</summary>
public class MailTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MailsOfAFinishedAndOfAFailedFilm_AreReadable_InLightAndDark_AndOnAPhone()
    {
        await using var mails = await ReceiverProcess.MailAsync();
        using var place = new Workplace();
        await using var server = await ServerProcess.StartCommandAsync(
            ["dotnet", ServerProcess.Program, "--port", "0", "--media", place.Media.Root, "--data", place.Data, "--slots", "2"],
            new Dictionary<string, string>
            {
                ["Notifications__Email__From"] = "films@example.org",
                ["Notifications__Smtp__Host"] = "127.0.0.1",
                ["Notifications__Smtp__Port"] = $"{mails.Port}",
                ["Notifications__Smtp__Security"] = "none",
            });
        place.Media.Write("broken.mp4", "This is no film.");
        var told = new NotificationSpec(["completed", "failed"], ["cutter@example.org"], null, null);

        await ShowAsync(await server.SubmitAsync(Workplace.Small("Harbour at dawn, cut 3") with { Notifications = told }), "completed", pictures: 1);
        await ShowAsync(await server.SubmitAsync(Workplace.Small("Fog over the bay", source: "broken.mp4") with { Notifications = told }), "failed", pictures: 0);

        async Task ShowAsync(string job, string what, int pictures)
        {
            string? Found() => mails.Got.Select(item => item.GetProperty("data").GetString()!).FirstOrDefault(data => data.Contains($"{job}-1-{what}", StringComparison.Ordinal));
            await mails.UntilAsync(_ => Found() is not null, $"the mail that it has {what}");
            using var mail = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(Found()!)), Cancel);
            var html = mail.HtmlBody!;
            foreach (var part in mail.BodyParts.OfType<MimePart>().Where(part => part.ContentId is not null))
            {
                using var bytes = new MemoryStream();
                await part.Content!.DecodeToAsync(bytes, Cancel);
                html = html.Replace($"cid:{part.ContentId}", $"data:{part.ContentType.MimeType};base64,{Convert.ToBase64String(bytes.ToArray())}", StringComparison.Ordinal);
            }

            Assert.DoesNotContain("cid:", html, StringComparison.Ordinal);
            await using var window = await chromium.OpenAtAsync(new Uri("about:blank"));
            await window.Page.SetContentAsync(html);
            Assert.Equal(pictures, await window.Page.EvaluateAsync<int>("[...document.images].filter(image => image.naturalWidth > 0).length"));
            await window.TakePicturesAsync($"mail-{what}");
            await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
            Assert.True(await window.Page.EvaluateAsync<bool>("getComputedStyle(document.querySelector('.card')).backgroundColor === 'rgb(30, 35, 43)'"), "the card is light in the dark");
            window.AssertNoComplaints();
        }
    }
}
