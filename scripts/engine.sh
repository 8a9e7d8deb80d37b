#!/usr/bin/env bash
# A Docker engine of one's own, for tests: its socket, data and network stand in DIR and nowhere else.
#
#   scripts/engine.sh up DIR     installs what is missing, starts it, prints its DOCKER_HOST
#   scripts/engine.sh down DIR   removes its containers, stops it, removes what it left
#
# Needs root and Debian's packages. DIR is short: a socket's path has 108 bytes.
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

up() {
  install
  mkdir -p "$dir"
  bridge_up
  # In a session of its own, so that Ctrl-C reaches it through `down` alone.
  setsid dockerd -H "$host" --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/pid" \
    --bridge "$(cat "$dir/bridge")" --iptables=false --ip6tables=false --ip-forward=false >"$dir/log" 2>&1 </dev/null &
  pid=$!
  for _ in $(seq 200); do
    if DOCKER_HOST="$host" docker version >/dev/null 2>&1; then echo "$host"; return; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$dir/log" >&2
  down
  exit 1
}

# Ends a process and waits for it; the engine's end takes its containerd with it.
end() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 150); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
}

down() {
  if [ -S "$dir/docker.sock" ]; then
    DOCKER_HOST="$host" timeout 20 docker ps -aq 2>/dev/null | DOCKER_HOST="$host" xargs -r timeout 60 docker rm -fv >/dev/null 2>&1 || true
  fi
  [ -f "$dir/pid" ] && end "$(cat "$dir/pid")"
  # After an engine that was killed: its containerd, and what it had mounted.
  [ -f "$dir/exec/containerd/containerd.pid" ] && end "$(cat "$dir/exec/containerd/containerd.pid")"
  awk -v d="$dir/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -n1 umount
  [ -f "$dir/bridge" ] && ip link del "$(cat "$dir/bridge")" 2>/dev/null || true
  rm -rf "$dir"
}

case "$1" in
  up) up ;;
  down) down ;;
  *) usage ;;
esac
