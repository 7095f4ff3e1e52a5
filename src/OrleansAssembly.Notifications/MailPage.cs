using System.Net;
using System.Text;
using OrleansAssembly.Jobs;

namespace OrleansAssembly.Notifications;

/// <summary>The HTML of a mail: tables and few styles, since mail clients know no more; light, and dark where the client asks for it.</summary>
internal static class MailPage
{
    private const string Style = """
        :root { color-scheme: light dark; supported-color-schemes: light dark; }
        body { margin: 0; }
        a { color: #0b5cad; }
        @media (prefers-color-scheme: dark) {
          .back { background: #14171c !important; }
          .card { background: #1e232b !important; border-color: #323a46 !important; }
          .strong { color: #f1f4f8 !important; }
          .soft { color: #a9b4c2 !important; }
          .line { border-color: #323a46 !important; }
          .button { background: #4da3ff !important; color: #0c1117 !important; }
          a { color: #7db9ff; }
        }
        """;

    public static string Write(
        string name, string subject, string sentence, IEnumerable<(string Name, string Value)> facts, IReadOnlyList<(string Name, string Size, string? Link)> films, DateTimeOffset until, string? page, bool poster)
    {
        const string font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
        var html = new StringBuilder()
            .Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\"><title>").Append(Safe(subject)).Append("</title><style>").Append(Style).Append("</style></head>")
            .Append("<body class=\"back\" style=\"background:#f3f5f8\"><div role=\"main\"><table role=\"presentation\" class=\"back\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f3f5f8\"><tr><td align=\"center\" style=\"padding:24px 12px\">")
            .Append("<table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:600px;background:#ffffff;border:1px solid #dfe4ea;border-radius:10px;overflow:hidden\">")
            .Append("<tr><td style=\"height:5px;line-height:5px;font-size:0;background:").Append(Colour(name)).Append("\">&nbsp;</td></tr>");
        if (poster)
        {
            html.Append("<tr><td><img src=\"cid:").Append(MailText.PosterId).Append("\" alt=\"Poster of the film\" width=\"600\" style=\"display:block;width:100%;height:auto;border:0\"></td></tr>");
        }

        html.Append("<tr><td style=\"padding:24px 28px 8px;").Append(font).Append("\"><h1 class=\"strong\" style=\"margin:0;font-size:20px;line-height:1.35;color:#17202b;overflow-wrap:anywhere\">").Append(Safe(sentence)).Append("</h1></td></tr>")
            .Append("<tr><td style=\"padding:8px 28px 16px\"><table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" width=\"100%\">");
        foreach (var (label, value) in facts)
        {
            html.Append("<tr><td class=\"soft\" style=\"").Append(font).Append("font-size:14px;color:#5b6875;padding:4px 16px 4px 0;vertical-align:top;white-space:nowrap;width:1%\">").Append(Safe(label))
                .Append("</td><td class=\"strong\" style=\"").Append(font).Append("font-size:14px;color:#17202b;padding:4px 0;overflow-wrap:anywhere\">").Append(Safe(value)).Append("</td></tr>");
        }

        html.Append("</table></td></tr>");
        foreach (var (file, size, link) in films)
        {
            html.Append("<tr><td class=\"line\" style=\"border-top:1px solid #e6eaef;padding:12px 28px\"><table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\"><tr><td class=\"strong\" style=\"").Append(font)
                .Append("font-size:14px;color:#17202b;overflow-wrap:anywhere\">").Append(Safe(file)).Append(" <span class=\"soft\" style=\"color:#5b6875\">").Append(Safe(size)).Append("</span></td><td align=\"right\">");
            if (link is not null)
            {
                html.Append("<a class=\"button\" href=\"").Append(Safe(link)).Append("\" style=\"").Append(font)
                    .Append("display:inline-block;background:#0b5cad;color:#ffffff;text-decoration:none;font-size:14px;font-weight:600;padding:8px 16px;border-radius:6px\">Download</a>");
            }

            html.Append("</td></tr></table></td></tr>");
        }

        html.Append("<tr><td class=\"line soft\" style=\"border-top:1px solid #e6eaef;padding:14px 28px 18px;").Append(font).Append("font-size:12px;line-height:1.5;color:#5b6875\">");
        if (films.Any(film => film.Link is not null))
        {
            html.Append("The links work until ").Append(Safe($"{until:yyyy-MM-dd HH:mm}")).Append(" UTC. ");
        }

        if (page is not null)
        {
            html.Append("<a href=\"").Append(Safe(page)).Append("\">Open the job</a>. ");
        }

        return html.Append("Sent by OrleansAssembly.</td></tr></table></td></tr></table></div></body></html>").ToString();
    }

    private static string Colour(string name) => name switch
    {
        NotificationEvents.Completed => "#2e9e5b",
        NotificationEvents.Failed => "#d13438",
        NotificationEvents.Paused => "#c98a00",
        _ => "#0b5cad",
    };

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
