using Microsoft.Playwright;
using OrleansAssembly.SystemTests;
using static Microsoft.Playwright.Assertions;

namespace OrleansAssembly.Browser.Tests;

/// <summary>What holds for every page.</summary>
public class EveryPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Soon = 20_000;
    private const int MostScript = 150_000;

    [Fact]
    public async Task EveryPageThatIsLinked_IsPictured_AndShutsNobodyOut()
    {
        await using var window = await chromium.OpenAsync();
        var page = window.Page;
        await Expect(page.GetByText("No jobs yet")).ToBeVisibleAsync(new() { Timeout = Soon });
        await window.TakePicturesAsync("board-empty");
        var links = await page.Locator("[data-testid^=nav-]").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Contains("#/cluster", links);
        foreach (var address in (string[])[.. links.Except(["#/"]), "#/nowhere", "#/jobs/nothing"])
        {
            await page.GotoAsync(new Uri(chromium.Server.Address, address).AbsoluteUri);
            await Expect(page.Locator("main [aria-busy=true]")).ToHaveCountAsync(0, new() { Timeout = Soon });
            await Expect(page.Locator("main h1")).ToHaveCountAsync(1, new() { Timeout = Soon });
            await window.TakePicturesAsync($"page-{address.Trim('#', '/').Replace('/', '-')}");
        }

        // And the cluster when it has something to do.
        await page.GotoAsync(new Uri(chromium.Server.Address, "#/cluster").AbsoluteUri);
        var job = await chromium.Server.SubmitAsync(Workplace.Long("A day at sea"));
        var busy = page.Locator("[data-testid=slot][data-state=busy]");
        await Expect(busy.First).ToBeVisibleAsync(new() { Timeout = Soon });
        await window.TakePicturesAsync("cluster-busy");
        await busy.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(window.JobPage(job)).ToBeVisibleAsync(new() { Timeout = Soon });
        await chromium.Server.CommandAsync(job, "cancel");
    }

    [Fact]
    public async Task TheFirstLoad_BringsLittleScript()
    {
        await using var window = await chromium.OpenAsync("/health/live");
        var page = window.Page;
        var scripts = new List<IResponse>();
        page.Response += (_, response) =>
        {
            if (response.Url.EndsWith(".js", StringComparison.Ordinal))
            {
                scripts.Add(response);
            }
        };
        await page.GotoAsync(chromium.Server.Address.AbsoluteUri);
        await Expect(page.GetByTestId("connection-state")).ToHaveAttributeAsync("data-state", "live", new() { Timeout = Soon });
        await Expect(page.GetByTestId("search")).ToBeVisibleAsync(new() { Timeout = Soon });
        var bytes = 0;
        foreach (var script in scripts)
        {
            Assert.Contains("content-encoding", script.Headers.Keys);
            bytes += (await script.Request.SizesAsync()).ResponseBodySize;
        }

        TestContext.Current.SendDiagnosticMessage($"{scripts.Count} scripts, {bytes:N0} bytes compressed");
        Assert.InRange(bytes, 1, MostScript);
    }

    [Fact]
    public async Task LightOrDark_IsChosen_AndKept()
    {
        await using var window = await chromium.OpenAsync("/#/cluster");
        var page = window.Page;
        var root = page.Locator("html");
        await page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemradio, new() { Name = "Dark" }).ClickAsync();
        await Expect(root).ToHaveCSSAsync("color-scheme", "dark");
        await page.ReloadAsync();
        await Expect(root).ToHaveCSSAsync("color-scheme", "dark");
        window.AssertNoComplaints();
    }
}
