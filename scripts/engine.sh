#!/usr/bin/env bash
# A Docker engine of one's own, for tests: its socket, data and network stand in DIR and nowhere else.
#
#   scripts/engine.sh up DIR     installs what is missing, starts it, prints its DOCKER_HOST
#   scripts/engine.sh down DIR   removes its containers, stops it, removes what it left
#
# ENGINE_FLAGS: more flags of dockerd. Needs root and Debian's packages. DIR is short: a socket's path has 108 bytes.
set -euo pipefail

usage() { sed -n '2,7p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
dir="$2"
host="unix://$dir/docker.sock"

install() {
  { command -v dockerd && command -v docker && command -v ip; } >/dev/null && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io iproute2 >/dev/null
}

# A bridge of its own: two engines with `docker0` would give one address twice.
bridge_up() {
  for n in $(shuf -i 16-250 -n 20); do
    ip -4 addr show | grep -q "inet 10\.212\.$n\." && continue
    name="bc$n"
    ip link add name "$name" type bridge || continue
    echo "$name" >"$dir/bridge"
    ip addr add "10.212.$n.1/24" dev "$name"
    ip link set "$name" up
    return
  done
  echo "engine: no free network" >&2
  exit 1
}

# A process that has ended may stay listed until somebody asks for its exit code.
alive() { [ -r "/proc/$1/stat" ] && ! grep -q ") Z " "/proc/$1/stat" 2>/dev/null; }

# In a session of its own, so that Ctrl-C reaches it through `down` alone.
start() {
  # shellcheck disable=SC2086
  setsid dockerd -H "$host" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    --bridge "$(cat "$dir/bridge")" --iptables=false --ip6tables=false --ip-forward=false \
    ${ENGINE_FLAGS:-} >>"$dir/log" 2>&1 </dev/null &
  pid=$!
  for _ in $(seq 200); do
    DOCKER_HOST="$host" docker version >/dev/null 2>&1 && return
    alive "$pid" || return 1
    sleep 0.1
  done
  return 1
}

up() {
  install
  mkdir -p "$dir"
  bridge_up
  if start; then echo "$host"; return; fi
  tail -20 "$dir/log" >&2
  down
  exit 1
}

# Ends a process and waits for it; the engine's end takes its containerd with it.
end() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 150); do
    alive "$1" || return 0
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
}

end_with_children() {
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do kill -KILL "$child" 2>/dev/null || true; done
  sleep 0.2
  end "$1"
}

down() {
  [ -d "$dir" ] || return 0
  if [ -S "$dir/docker.sock" ]; then
    DOCKER_HOST="$host" timeout 20 docker ps -aq 2>/dev/null | DOCKER_HOST="$host" xargs -r timeout 60 docker rm -fv >/dev/null 2>&1 || true
  fi
  [ -f "$dir/pid" ] && end "$(cat "$dir/pid")"
  # After an engine that was killed: its containerd, and what it had mounted.
  [ -f "$dir/exec/containerd/containerd.pid" ] && end "$(cat "$dir/exec/containerd/containerd.pid")"
  # A killed engine's containers run on, each under a shim that names this engine.
  for shim in $(grep -lsF -- "$dir/exec/containerd" /proc/[0-9]*/cmdline | cut -d/ -f3); do
    [ "$shim" = $$ ] || end_with_children "$shim"
  done
  awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n1 umount
  [ -f "$dir/bridge" ] && ip link del "$(cat "$dir/bridge")" 2>/dev/null || true
  rm -rf "$dir"
}

case "$1" in
  up) up ;;
  down) down ;;
  *) usage ;;
esac
