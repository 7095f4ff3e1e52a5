#!/usr/bin/env bash
# Installs what the tests need, builds once, runs every test project and the page's tests, two at a time. Its last line is the sum of all.
set -euo pipefail

usage() {
  cat <<'TEXT'
./test.sh                       everything; the last line is "N passed, N failed" (", N skipped")
./test.sh PROJECT ...           only these: Timeline, Jobs, Cli, ... or web; the full project name does as well
  --filter TEXT                 only .NET tests whose full name contains TEXT
  --timeout SECONDS             limit for each project                       default: 1800
  --help                        this text
TEXT
}

refuse() {
  printf '%s\nTry: ./test.sh --help\n' "$1" >&2
  exit 2
}

filter="" limit=1800 wanted=()
while (($# > 0)); do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --filter | --timeout)
      [[ $# -ge 2 && -n $2 ]] || refuse "$1 needs a value."
      if [[ $1 == --filter ]]; then filter=$2; else limit=$2; fi
      shift
      ;;
    -*) refuse "Unknown option: $1" ;;
    *) wanted+=("$1") ;;
  esac
  shift
done
[[ $limit =~ ^[1-9][0-9]*$ ]] || refuse "--timeout must be a number of seconds, not '$limit'."

cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=.ci/setup.sh
source .ci/setup.sh

# is_wanted NAME: was this project named, or none at all?
is_wanted() {
  ((${#wanted[@]} == 0)) && return
  local name
  for name in "${wanted[@]}"; do
    if [[ $1 == "$name" || $1 == "OrleansAssembly.$name.Tests" ]]; then return; fi
  done
  return 1
}

projects=()
for file in tests/*.Tests/*.csproj; do
  name=$(basename "$file" .csproj)
  if is_wanted "$name"; then projects+=("$name"); fi
done
web=no
if is_wanted web; then web=yes; fi
[[ $web == yes || ${#projects[@]} -gt 0 ]] || refuse "No such test project: ${wanted[*]}"

results=$PWD/TestResults terminal=""
if [[ -t 1 ]]; then terminal=yes; fi
rm -rf "$results"
mkdir -p "$results"

# count NAME PASSED FAILED SKIPPED: noted in a file, for the one who sums up is another process.
count() {
  printf '%s %s %s\n' "${@:2}" >"$results/$1.count"
  printf '== %s: %s passed, %s failed, %s skipped\n' "$@"
}

# attribute FILE NAME: a number from the counters of a TRX file; empty where there is none.
attribute() { grep -m 1 -o '<Counters [^>]*' "$1" 2>/dev/null | grep -o " $2=\"[0-9]*\"" | tr -dc '0-9' || true; }

# A project that crashed, hung, or ran nothing is a failure, whatever it printed.
run_project() {
  local name=$1 code=0 total good bad trx
  trx=$results/$name.trx
  local options=(-noLogo -result-trx "$trx")
  [[ -n $terminal ]] || options+=(-noColor)
  if [[ -n $filter ]]; then options+=(-method "*$filter*"); fi
  timeout --kill-after=20 "$limit" dotnet "tests/$name/bin/Release/net10.0/$name.dll" "${options[@]}" </dev/null >"$results/$name.log" 2>&1 || code=$?
  cat "$results/$name.log"
  total=$(attribute "$trx" total) good=$(attribute "$trx" passed) bad=$(attribute "$trx" failed)
  total=${total:-0} good=${good:-0} bad=${bad:-0}
  if ((code == 124 || code == 137)); then
    printf 'Stopped after %s s.\n' "$limit"
    bad=$((bad + 1))
  elif ((total == 0)); then
    # Nothing in this project is of that name; that nothing is of it anywhere shows in the sum.
    if [[ -n $filter && -f $trx ]]; then
      count "$name" 0 0 0
      return
    fi
    printf 'No tests ran (exit code %s).\n' "$code"
    bad=1
  elif ((code != 0 && bad == 0)); then
    printf 'It ended with exit code %s although no test failed.\n' "$code"
    bad=1
  fi
  # A test that is run only by another one (not runnable by itself) is none that was skipped.
  local helpers rest
  helpers=$(attribute "$trx" notRunnable)
  rest=$((total - good - bad - ${helpers:-0}))
  count "$name" "$good" "$bad" "$((rest > 0 ? rest : 0))"
}

# What the page's own tools say; vitest's JSON report is read by the Node that ran it.
run_web() {
  if npm --prefix src/web run check </dev/null 2>&1 | tee "$results/svelte-check.log"; then count svelte-check 1 0 0; else count svelte-check 0 1 0; fi
  local report=$results/vitest.json code=0 numbers
  (cd src/web && timeout --kill-after=20 "$limit" npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$report") </dev/null 2>&1 | tee "$results/web.log" || code=$?
  numbers=$(node -e '
    const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + r.numTodoTests);' "$report" 2>/dev/null) || numbers="0 1 0"
  read -r good bad rest <<<"$numbers"
  # A spec file that does not even load fails the run without failing a test.
  if ((bad == 0 && (code != 0 || good == 0))); then bad=1; fi
  count web "$good" "$bad" "$rest"
}

# compilers_running: process ids of the compilers that serve builds.
compilers_running() { pgrep -u "$(id -u)" -f VBCSCompiler | sort || true; }

need_dotnet
need_media_tools
need redis-server redis-server
need chromium chromium
need aiosmtpd python3-aiosmtpd
need kubectl kubernetes-client
need fc-list fontconfig
if [[ -z $(fc-list 2>/dev/null) ]]; then install_packages fonts-dejavu-core; fi
need_node

say "Building the web page ..."
mkdir -p .local
{
  flock 9
  # The page may be built already while what its tests need is not there.
  [[ -d src/web/node_modules ]] || rm -f "$STAMPS/web"
  dotnet restore OrleansAssembly.sln -v q --nologo </dev/null 9>&- & # needs no page: both at once
  restored=$!
  build_web 9>&-
  say "Building the solution ..."
  # One compiler for all projects, though the environment may forbid it: a third less work. It is ended, for it would stay for ten minutes.
  compilers=$(compilers_running)
  wait "$restored" && dotnet build OrleansAssembly.sln -c Release --no-restore -v q --nologo -p:UseSharedCompilation=true </dev/null 9>&- && built=yes || built=no
  comm -13 <(printf '%s\n' "$compilers") <(compilers_running) | xargs -r kill || true
  if [[ $built == no ]]; then
    say "The solution did not build."
    printf '\n0 passed, 1 failed\n'
    exit 1
  fi
  for program in Server Cli; do mark_built "$program" "$(program_digest "$program")"; done
} 9>.local/build.lock

# lane: takes one after the other of the queue what nobody has taken yet. What each says is kept until its end: two that speak at once nobody can read.
lane() {
  local name
  for name in "${queue[@]}"; do
    mkdir "$results/$name.taken" 2>/dev/null || continue
    say "$name ..."
    case "$name" in
      web) run_web ;;
      *) run_project "$name" ;;
    esac >"$results/$name.said" 2>&1
    flock "$results" sh -c 'printf "\n== %s\n" "$1"; cat "$2"' - "$name" "$results/$name.said"
  done
}

# Side by side, for much of what they do is waiting: for a process to start, for a silence to be noticed. The longest begins, so that the lanes end together.
queue=()
for name in "${projects[@]}"; do
  if [[ $name == *.System.Tests ]]; then queue=("$name" "${queue[@]}"); else queue+=("$name"); fi
done
if [[ $web == yes ]]; then queue+=(web); fi

lanes=()
# Whoever is left when this script is ended: timeout hands the signal on to all that it started.
trap 'for lane in "${lanes[@]}"; do kill "$lane" $(pgrep -P "$lane") 2>/dev/null || true; done' EXIT
trap 'exit 130' INT TERM
set -m # else what runs in the background would ignore SIGINT, and servers under test with it
for _ in 1 2; do
  lane &
  lanes+=($!)
done
set +m
wait "${lanes[@]}" || true
lanes=()

passed=0 failed=0 skipped=0 broken=()
for name in "${queue[@]}"; do
  parts=("$name")
  if [[ $name == web ]]; then parts+=(svelte-check); fi
  for part in "${parts[@]}"; do
    good=0 bad=1 rest=0 # of one that left no word
    read -r good bad rest 2>/dev/null <"$results/$part.count" || true
    if ((bad > 0)); then broken+=("$part"); fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + rest))
  done
done

# What failed is told once more at the end, where a reader of a cut-off log still finds it.
for name in "${broken[@]}"; do
  printf '\n== %s, what failed:\n' "$name"
  grep -A 12 -F -e '[FAIL]' -e 'FAIL ' "$results/$name.log" | cut -c 1-400 | head -n 120 || tail -n 40 "$results/$name.log" | cut -c 1-400
done

printf '\n%s passed, %s failed' "$passed" "$failed"
if ((skipped > 0)); then printf ', %s skipped' "$skipped"; fi
printf '\n'
((failed == 0 && passed > 0))
