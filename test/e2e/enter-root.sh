# enter-root.sh chroot|pivot_root ROOT INSTALLED COMMAND [ARGUMENT ...]
# Runs the command in the root file system ROOT, in which INSTALLED is at its own path, in a mount namespace whose
# `/` is shared. By chroot the root is a plain directory; by pivot_root it is an overlay, as a container's is.
set -eu
if [ -z "${ENTER_ROOT:-}" ]; then
  ENTER_ROOT=1 exec unshare --mount --propagation private sh "$0" "$@"
fi
unset ENTER_ROOT
entering=$1 root=$2 installed=$3
shift 3
directory=$(pwd -P)
if [ "$entering" = pivot_root ]; then
  # The upper directory of an overlay can't be on an overlay.
  mount -t tmpfs tmpfs "$root/old"
  mkdir "$root/old/upper" "$root/old/work" "$root/old/merged"
  mount -t overlay overlay -o "lowerdir=$root,upperdir=$root/old/upper,workdir=$root/old/work" "$root/old/merged"
  root=$root/old/merged
fi
if [ "$entering" = chroot ]; then
  # A directory of a file system that no table shows which is read in the chroot.
  mount -t tmpfs tmpfs "$root/old"
  mkdir "$root/old/root"
  for shown in "$root"/*; do
    mkdir "$root/old/root/${shown##*/}"
    [ "$shown" = "$root/old" ] || mount --bind "$shown" "$root/old/root/${shown##*/}"
  done
  root=$root/old/root
fi
mount --rbind /proc "$root/proc"
for device in null zero full; do mount --bind "/dev/$device" "$root/dev/$device"; done
mount --bind "$installed" "$root$installed"
if [ "$entering" = pivot_root ]; then
  cd "$root"
  pivot_root . old
  # BusyBox's from here on.
  export PATH=/bin
  umount -l /old
  mount --make-rshared /
  cd "$directory"
  exec "$@"
fi
mount --make-rshared /
exec chroot "$root" /bin/sh -c 'cd "$0" && PATH=/bin && exec "$@"' "$directory" "$@"
