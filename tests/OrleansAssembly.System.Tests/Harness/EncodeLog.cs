using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansAssembly.SystemTests;

/// <summary>
/// Counts from outside how often each segment is encoded: a program that the servers start in place of ffmpeg, which writes down what it was asked for
/// and becomes ffmpeg. It needs no server's word for it.
/// </summary>
internal sealed partial class EncodeLog
{
    private readonly string _log;

    /// <param name="folder">Where the program and its notes lie.</param>
    public EncodeLog(string folder)
    {
        _log = Path.Combine(folder, "encodes.log");
        Program = Path.Combine(folder, "ffmpeg");
        File.WriteAllText(_log, "");
        File.WriteAllText(Program, $$"""
            #!/bin/bash
            for part; do :; done
            if [[ $part == *.part && $part == */seg/* ]]; then
              made=no
              if [[ -e ${part%.*.part} ]]; then made=yes; fi
              printf '%s %s %s\n' "$PPID" "$made" "$part" >>'{{_log}}'
            fi
            exec ffmpeg "$@"

            """);
        using var chmod = Process.Start("chmod", ["+x", Program]);
        chmod.WaitForExit();
    }

    /// <summary>To be given to servers as their ffmpeg.</summary>
    public string Program { get; }

    /// <summary>Each start of an encoder for a segment of a job, in order.</summary>
    public IReadOnlyList<EncodeStart> Of(string job) =>
    [
        .. File.ReadLines(_log)
            .Select(line => Line().Match(line))
            .Where(line => line.Success && line.Groups["job"].Value == job)
            .Select(line => new EncodeStart(
                line.Groups["file"].Value, int.Parse(line.Groups["server"].Value, CultureInfo.InvariantCulture), line.Groups["made"].Value == "yes")),
    ];

    /// <summary>Segments that this server began and nobody has finished yet.</summary>
    public IReadOnlyList<string> BegunBy(ServerProcess server, string job) =>
        [.. Of(job).Where(start => start.Server == server.Pid && !File.Exists(start.File)).Select(start => start.File).Distinct()];

    [GeneratedRegex(@"^(?<server>\d+) (?<made>yes|no) (?<file>.*/work/(?<job>[^/]+)/seg/.*)\.[0-9a-f]+\.part$")]
    private static partial Regex Line();
}

/// <summary>An encoder was started for a segment.</summary>
/// <param name="File">The segment's file when it is finished.</param>
/// <param name="Server">Process id of the server that started it.</param>
/// <param name="WasMade">The finished file was there already.</param>
internal sealed record EncodeStart(string File, int Server, bool WasMade);
