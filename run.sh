#!/usr/bin/env bash
# Builds and starts OrleansAssembly; without --serve-only it also makes a demo film and shows it being made.
set -euo pipefail

usage() {
  cat <<'TEXT'
./run.sh [options]              build, serve, make a demo film, show it live, go on serving until Ctrl-C
./run.sh --no-demo [options]    build and serve
./run.sh --serve-only [options] build and serve; prints one line on stdout, "ready http://127.0.0.1:N", when it takes calls

  --port N            port of the page and the API            default: 8080
  --media DIR         media root: sources, work and exports   default: .local/media
  --data DIR          folder of the embedded store            default: .local/data
  --redis HOST:PORT   use this Redis 7, not the embedded store
  --slots N           encodes at once                         default: one per core
  --role ROLE         frontend, encoder or both               default: both
  --host ADDRESS      address to listen on                    default: 127.0.0.1
  --drain SECONDS     on SIGTERM what runs may finish         default: 25
  --silo-address IP   where other servers reach this one      default: 127.0.0.1
  --silo-port N       its port                                default: a free one
  --help              this text

What is missing (ffmpeg, Node to build the page) is installed; the .NET 10 SDK must be there.
Ctrl-C ends the server at once, SIGTERM when what runs is done (--drain); jobs go on at the next start.
TEXT
}

refuse() {
  printf '%s\nTry: ./run.sh --help\n' "$1" >&2
  exit 2
}

mode=demo port=8080 media="" data="" host=127.0.0.1
server_options=()
while (($# > 0)); do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --serve-only) mode=serve ;;
    --no-demo) [[ $mode == serve ]] || mode=plain ;;
    --port=* | --media=* | --data=* | --redis=* | --slots=* | --role=* | --host=* | --drain=* | --silo-address=* | --silo-port=*)
      set -- "${1%%=*}" "${1#*=}" "${@:2}"
      continue
      ;;
    --port | --media | --data | --redis | --slots | --role | --host | --drain | --silo-address | --silo-port)
      [[ $# -ge 2 && -n $2 ]] || refuse "$1 needs a value."
      case "$1" in
        --port) port=$2 ;;
        --media) media=$(realpath -m -- "$2") ;;
        --data) data=$(realpath -m -- "$2") ;;
        --host) host=$2 ;;
        *) server_options+=("$1" "$2") ;;
      esac
      shift
      ;;
    *) refuse "Unknown option: $1" ;;
  esac
  shift
done
[[ $port =~ ^[0-9]{1,5}$ && $port -le 65535 ]] || refuse "--port must be a number from 0 to 65535, not '$port'."

cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=.ci/setup.sh
source .ci/setup.sh

need_dotnet
need_media_tools
build_all

media=${media:-$PWD/.local/media}
data=${data:-$PWD/.local/data}
mkdir -p "$media" "$data"
server=(dotnet "$SERVER_DLL" --port "$port" --host "$host" --media "$media" --data "$data" "${server_options[@]}")

if [[ $mode == serve ]]; then
  # This process becomes the server: whoever stops or kills it stops the server itself.
  exec "${server[@]}"
fi

log=$PWD/.local/server.log
watcher=""

# shellcheck disable=SC2317  # the trap calls it
# stop SIGNAL: passes the end on to what runs here, and waits until it is over.
stop() {
  trap '' INT TERM
  say ""
  say "Stopping ..."
  [[ -z $watcher ]] || kill -TERM "$watcher" 2>/dev/null || true
  kill -"$1" "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  exit 0
}

# setpriv: the server ends with this script, also where that is killed without a word. env: what runs in the background ignores SIGINT otherwise.
say "Starting the server, log in ${log#"$PWD"/} ..."
pipe=$PWD/.local/ready.$$
mkfifo "$pipe"
env --default-signal=INT setpriv --pdeathsig INT "${server[@]}" >"$pipe" 2>"$log" &
server_pid=$!
trap 'stop INT' INT
trap 'stop TERM' TERM
exec 3<"$pipe"
rm "$pipe"

address=""
while read -r word rest <&3; do
  if [[ $word == ready ]]; then
    address=$rest
    break
  fi
done
if [[ -z $address ]]; then
  tail -n 20 "$log" >&2
  die "The server did not start; the lines above are from $log."
fi
say "The page is on $address"

export ORLEANS_ASSEMBLY_SERVER=$address
assembly=(setpriv --pdeathsig TERM dotnet "$CLI_DLL")

# In the background, so that a signal reaches this script at once and not after the film.
in_background() {
  "$@" &
  watcher=$!
  wait "$watcher" && code=0 || code=$?
  watcher=""
  return "$code"
}

if [[ $mode == demo ]]; then
  if in_background "${assembly[@]}" demo --media-out "$media"; then
    # Once: a second start finds the job and its film.
    in_background "${assembly[@]}" submit "$media/demo.json" --once --watch --media "$media" || say "The demo film was not made; the lines above say why."
    say ""
    "${assembly[@]}" list --limit 10 || true
  else
    say "There is no demo film; the lines above say why."
  fi
fi

say "Serving on $address until Ctrl-C."
wait "$server_pid" && code=0 || code=$?
tail -n 5 "$log" >&2
die "The server ended by itself with exit code $code; its log is $log."
