using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrleansAssembly.Contracts;
using OrleansAssembly.Jobs;
using OrleansAssembly.Server.Tests.Given;
using static OrleansAssembly.Server.Tests.Given.RunningServer;

namespace OrleansAssembly.Server.Tests;

public sealed class DraftsApiTests(RunningServer server)
{
    private const string Root = "/api/v1/drafts";

    [Fact]
    public async Task A_draft_is_kept_as_it_is_changed_and_thrown_away()
    {
        // Nothing of it could be submitted.
        var added = await SendAsync(HttpMethod.Post, Root, """{ "type": "assembly", "title": "", "timeline": { "shots": [ { "source": null }, { "source": "../x", "in": "soon" } ] } }""");
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        var draft = await ReadAsync<Draft>(added);
        Assert.Equal(($"{Root}/{draft.Id}", "\"1\""), (added.Headers.Location?.ToString(), added.Headers.ETag?.ToString()));
        Assert.Equal((1L, "", null, "soon"), (draft.Revision, draft.Title, draft.ProjectId, draft.Spec.Timeline!.Shots![1].In));

        var changed = await ReadAsync<Draft>(await SendAsync(HttpMethod.Put, $"{Root}/{draft.Id}", """{ "title": "Pier", "projectId": "pier" }""", "\"1\""));
        Assert.Equal((2L, "Pier", "pier"), (changed.Revision, changed.Title, changed.ProjectId));
        await ProblemAsync(await SendAsync(HttpMethod.Put, $"{Root}/{draft.Id}", """{ "title": "Late" }""", "\"1\""), 412);
        Assert.Equal(3, (await ReadAsync<Draft>(await SendAsync(HttpMethod.Put, $"{Root}/{draft.Id}", """{ "title": "Whatever is there" }"""))).Revision);
        Assert.Equal("Whatever is there", (await ReadAsync<Draft>(await server.Http.GetAsync($"{Root}/{draft.Id}", Cancel))).Title);

        Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync($"{Root}/{draft.Id}", Cancel)).StatusCode);
        await ProblemAsync(await server.Http.DeleteAsync($"{Root}/{draft.Id}", Cancel), 404);
        await ProblemAsync(await server.Http.GetAsync($"{Root}/{draft.Id}", Cancel), 404);
        await ProblemAsync(await SendAsync(HttpMethod.Put, $"{Root}/{draft.Id}", "{}"), 404);
    }

    [Fact]
    public async Task Drafts_are_listed_last_changed_first_page_by_page()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await ReadAsync<Draft>(await SendAsync(HttpMethod.Post, Root, $$"""{ "title": "Draft {{i}}", "timeline": { "shots": [ {}, {} ] } }"""))).Id);
        }

        await SendAsync(HttpMethod.Put, $"{Root}/{ids[1]}", """{ "title": "Changed" }""");
        var seen = new List<DraftSummary>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await ReadAsync<Page<DraftSummary>>(await server.Http.GetAsync($"{Root}?limit=2{(cursor.Length > 0 ? "&cursor=" + cursor : "")}", Cancel));
            Assert.InRange(page.Items.Count, 0, 2);
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }

        var mine = seen.Where(draft => ids.Contains(draft.Id)).ToList();
        Assert.Equal([ids[1], ids[4], ids[3], ids[2], ids[0]], mine.Select(draft => draft.Id));
        Assert.Equal((0, 2), (mine[0].Shots, mine[1].Shots));
        foreach (var id in ids)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync($"{Root}/{id}", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task A_draft_keeps_no_secret()
    {
        const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var draft = await ReadAsync<Draft>(await SendAsync(HttpMethod.Post, Root, $$"""{ "notifications": { "webhooks": [ { "url": "https://example.org/", "secret": "{{Secret}}", "secrets": [ "{{Secret}}" ] }, null ] } }"""));
        var hook = (await ReadAsync<Draft>(await server.Http.GetAsync($"{Root}/{draft.Id}", Cancel))).Spec.Notifications!.Webhooks![0];
        Assert.Equal(("https://example.org/", WebhookSpec.Mask, WebhookSpec.Mask), (hook.Url, hook.Secret, hook.Secrets![0]));
        Assert.Equal(HttpStatusCode.NoContent, (await server.Http.DeleteAsync($"{Root}/{draft.Id}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task What_is_no_draft_is_refused()
    {
        await ProblemAsync(await SendAsync(HttpMethod.Post, Root, "{"), 400);
        await ProblemAsync(await SendAsync(HttpMethod.Post, Root, """{ "titel": "x" }"""), 400);
        await ProblemAsync(await SendAsync(HttpMethod.Post, Root, $$"""{ "title": "{{new string('x', 1024 * 1024)}}" }"""), 413);
        await ProblemAsync(await SendAsync(HttpMethod.Put, $"{Root}/{Updates.NewId()}", "{}", "\"first\""), 400);
        await ProblemAsync(await server.Http.GetAsync($"{Root}?cursor=!!", Cancel), 400);
        await ProblemAsync(await server.Http.GetAsync($"{Root}/{new string('x', 500)}", Cancel), 404);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string json, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(method, address) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifMatch));
        }

        return server.Http.SendAsync(request, Cancel);
    }
}
