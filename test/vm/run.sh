#!/usr/bin/env bash
# Boots Linux kernels in QEMU and runs specs of test/e2e/fixtures there, with the packed package:
#
#   apt-get download linux-image-6.1.0-57-cloud-amd64
#   npm run test:kernels -- linux-image-6.1.0-57-cloud-amd64_*.deb
#
# The machine is an emulated x86-64 one, so a kernel takes minutes. Nothing is mounted here, and root is not needed.
set -euo pipefail
PATH=$PATH:/usr/sbin

for need in qemu-system-x86_64:qemu-system-x86 mke2fs:e2fsprogs busybox:busybox-static dpkg-deb:dpkg; do
  command -v "${need%%:*}" >/dev/null && continue
  echo "${need%%:*} is missing: apt-get install ${need##*:}" >&2
  exit 2
done
if [ $# = 0 ]; then
  echo 'usage: npm run test:kernels -- linux-image-*.deb … linux-binary-*.deb,linux-modules-*.deb …' >&2
  exit 2
fi

repository=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Node, setpriv(1) and BusyBox, and a project with the runners and the package.
make_disk() {
  local root=$work/root file
  mkdir -p "$root"/{bin,dev,etc,mnt,proc,project,root,sys,tmp,usr/bin}
  chmod 1777 "$root/tmp"
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp "$repository/test/vm/init.sh" "$root/init"
  for file in "$(node -p process.execPath)" "$(command -v setpriv)"; do
    cp "$file" "$root/usr/bin"
    ldd "$file" | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (0x.*/\1/p'
  done | sort -u | while read -r file; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
    # Native modules load this part of libc besides.
    case $file in */libc.so.6) cp -L "${file%/*}/librt.so.1" "$root${file%/*}" ;; esac
  done
  cp -R "$repository"/test/e2e/fixtures/{places,jest-commonjs} "$root/project"
  echo '{ "type": "module" }' >"$root/project/places/package.json"
  cp -R "$repository/node_modules" "$root/project"
  npm pack --silent --pack-destination "$work" "$repository" >/dev/null
  mkdir "$root/project/node_modules/mountns"
  tar -xzf "$work"/mountns-*.tgz -C "$root/project/node_modules/mountns" --strip-components 1
  mke2fs -q -t ext4 -d "$root" "$work/disk" 2G
}

# What finds the disk: the kernel may have its drivers, and overlay, as modules.
make_initial() {
  local kernel=$1 initial=$1/initial module file
  mkdir -p "$initial"/{bin,dev,disk,modules}
  cp "$work/root/bin/busybox" "$initial/bin/busybox"
  cp "$repository/test/vm/init.sh" "$initial/init"
  for module in virtio virtio_ring virtio_pci_{legacy,modern}_dev virtio_pci virtio_blk overlay; do
    file=$(find "$kernel" -name "$module.ko*" -print -quit)
    case $file in
      *.xz) busybox xzcat "$file" >"$initial/modules/$module.ko" ;;
      *.ko) cp "$file" "$initial/modules" ;;
    esac
  done
  (cd "$initial" && find . | busybox cpio -o -H newc) >"$kernel/initial.cpio" 2>"$kernel/cpio.log"
}

make_disk
failed=()
for package in "$@"; do
  kernel=$work/kernel
  rm -rf "$kernel"
  # Later kernels come in two: linux-binary-*.deb,linux-modules-*.deb
  for part in ${package//,/ }; do dpkg-deb -x "$part" "$kernel"; done
  make_initial "$kernel"
  qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 3G -nic none -nographic -no-reboot \
    -kernel "$(find "$kernel" -name 'vmlinuz*' -print -quit)" -initrd "$kernel/initial.cpio" \
    -append 'console=ttyS0 quiet panic=-1' -drive "file=$work/disk,format=raw,if=virtio,snapshot=on" \
    </dev/null | tee "$work/output"
  grep -q '^mountns: all passed' "$work/output" || failed+=("$package")
done
for package in "${failed[@]}"; do echo "failed: $package" >&2; done
[ ${#failed[@]} = 0 ]
