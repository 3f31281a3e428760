#!/bin/busybox sh
# The first process of a kernel that is tested by run.sh: first in its initial file system, then on its disk.
export PATH=/usr/bin:/bin HOME=/root TERM=dumb NO_COLOR=1

if [ ! -d /project ]; then
  busybox mount -t devtmpfs dev /dev
  # Some need others, whose names come later.
  for _ in 1 2 3 4; do
    for module in /modules/*.ko; do busybox insmod "$module" 2>/dev/null; done
  done
  busybox mount -t ext4 /dev/vda /disk || busybox poweroff -f
  exec busybox switch_root /disk /init
fi

busybox mount -t proc proc /proc
busybox --install -s /bin
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
# Without root, an overlay takes no writes below another user's directory but the top of a file system.
mount -t tmpfs tmpfs /tmp
# As systemd leaves it.
mount --make-rshared /
echo 'root:x:0:0::/root:/bin/sh' >/etc/passwd
echo '127.0.0.1 localhost' >/etc/hosts
mkdir -m 777 /tmp/shared
export SHARED_DIRECTORY=/tmp/shared
HOST_NAMESPACE=$(readlink /proc/self/ns/mnt)
export HOST_NAMESPACE
as_user='/usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all'
ns_tool=/project/node_modules/mountns/dist/src/cli/ns-tool.cjs

# specs NAMES COMMAND: those that match, through the command, which says as whom.
specs() {
  names=$1
  shift
  (cd /project/places && "$@" node ../node_modules/vitest/vitest.mjs run --test-timeout=300000 -t "$names") &&
    (cd /project/jest-commonjs && "$@" node ../node_modules/jest/bin/jest.js --no-watchman --testTimeout=300000)
}

mounts=$(cat /proc/self/mountinfo)
run() {
  uname -sr
  node "$ns_tool" doctor && specs . env || return
  chown -R 1000:1000 /project/places /project/jest-commonjs /tmp/shared
  $as_user node "$ns_tool" doctor | tee /tmp/doctor
  names=.
  # Before Linux 6.6.
  if grep -q 'cannot make a file system copy-on-write' /tmp/doctor; then names='^(?!.*copy-on-write)'; fi
  specs "$names" $as_user || return
  [ -z "$(ls /tmp/shared)" ] && [ ! -e /mountns-missing ] && [ "$mounts" = "$(cat /proc/self/mountinfo)" ]
}
# Through a pipe, or Vitest would draw on the console.
if run; then echo 'mountns: all passed'; else echo 'mountns: failed'; fi 2>&1 | cat
poweroff -f
