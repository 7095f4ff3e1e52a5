using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansAssembly.Cli;

/// <summary>Draws a <see cref="WatchView"/>: five lines with two bars.</summary>
internal static class WatchScreen
{
    private const int Label = 7;
    private const int Number = 8;

    public static IRenderable Draw(WatchView view, int width, bool unicode)
    {
        var status = view.Connected
            ? $"[{view.Status.Colour()}]{view.Status.Word()}[/]"
            : "[yellow]connection lost, trying again[/]";
        var facts = string.Join(" · ", new[] { view.Eta, view.Speed, $"running {view.Elapsed}" }.Where(t => t.Length > 0));
        return new Rows(
            Line($"[bold]{Markup.Escape(view.Title)}[/]  {status}"),
            Bar("whole", view.Whole, width, unicode, view.Status.Colour()),
            Bar("step", view.Step, width, unicode, "grey70"),
            Line($"{Markup.Escape(view.StepLine)}  [grey]{Markup.Escape(view.Message)}[/]"),
            Line(Markup.Escape(facts)));
    }

    private static Markup Line(string markup) => new(markup) { Overflow = Overflow.Ellipsis };

    private static Markup Bar(string label, double percent, int width, bool unicode, string colour)
    {
        var length = Math.Clamp(width - Label - Number - 1, 10, 100);
        var done = (int)Math.Floor(length * Math.Clamp(percent, 0, 100) / 100);
        var (full, rest) = unicode ? ('━', '─') : ('#', '-');
        return Line($"{label,-Label}[{colour}]{new string(full, done)}[/][grey30]{new string(rest, length - done)}[/]{Texts.Percent(percent),Number}");
    }
}
