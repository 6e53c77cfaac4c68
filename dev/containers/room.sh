#!/bin/sh
# Keeps a room open in which containers are built and run: with mounts and process ids of its own, so that when this
# process group ends, however that comes, the kernel takes all that was started and mounted in the room with it. What
# the machine's own containers use (/run, /dev/shm, /var/lib/containers) is hidden there, so neither disturbs the other.
# Usage: room.sh FOLDER CGROUP. Prints a line once the room is open; ends on SIGTERM, which goes to the whole group.
set -eu
folder=$1
cgroup=$2

outside() {
  trap : TERM
  unshare --mount --pid --fork --kill-child --mount-proc "$0" "$folder" "$cgroup" inside || true
  # What is left of control groups is empty now. Others come and go while we look.
  find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + 2> /dev/null || true
}

inside() {
  trap 'exit 0' TERM
  resolv=$(cat /etc/resolv.conf)
  mount -t tmpfs tmpfs /run
  mount -t tmpfs tmpfs /dev/shm
  mkdir -p /var/lib/containers
  mount -t tmpfs tmpfs /var/lib/containers
  # Where names are resolved by a service, that file is a link to one below /run.
  if [ ! -e /etc/resolv.conf ]; then
    mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")"
    printf '%s\n' "$resolv" > "$(readlink -m /etc/resolv.conf)"
  fi
  write_settings
  echo open
  sleep infinity &
  wait
}

# The kernel refuses an overlay on some file systems, an overlay among them. Then each layer is a copy of the one below.
storage_driver() {
  mkdir -p "$folder/probe/lower" "$folder/probe/upper" "$folder/probe/work" "$folder/probe/merged"
  layers="lowerdir=$folder/probe/lower,upperdir=$folder/probe/upper,workdir=$folder/probe/work"
  if mount -t overlay -o "$layers" overlay "$folder/probe/merged" 2> /dev/null; then
    umount "$folder/probe/merged"
    echo overlay
  else
    echo vfs
  fi
}

write_settings() {
  cat > "$folder/storage.conf" << END
[storage]
driver = "$(storage_driver)"
graphroot = "$folder/store"
runroot = "/run/storage"
END
  # crun refuses machines with both versions of control groups. Limits that podman raises by default need a right more.
  cat > "$folder/containers.conf" << END
[containers]
default_ulimits = []
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
END
}

if [ "${3-}" = inside ]; then inside; else outside; fi
