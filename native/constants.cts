/**
 * Flags of the system calls, with the kernel's names and values
 * (linux/mount.h, linux/sched.h, linux/fcntl.h, linux/prctl.h, linux/stat.h). What `os.constants` has is here too where
 * each worker needs it: `node:os` takes Node half a millisecond.
 */

// unshare(2), setns(2)
export const CLONE_NEWNS = 0x00020000;

// mount(2)
export const MS_RDONLY = 1;
export const MS_NOSUID = 2;
export const MS_NODEV = 4;
export const MS_NOEXEC = 8;
export const MS_SYNCHRONOUS = 16;
export const MS_REMOUNT = 32;
export const MS_MANDLOCK = 64;
export const MS_DIRSYNC = 128;
export const MS_NOSYMFOLLOW = 256;
export const MS_NOATIME = 1024;
export const MS_NODIRATIME = 2048;
export const MS_BIND = 4096;
export const MS_MOVE = 8192;
export const MS_REC = 16384;
export const MS_UNBINDABLE = 1 << 17;
export const MS_PRIVATE = 1 << 18;
export const MS_SLAVE = 1 << 19;
export const MS_SHARED = 1 << 20;
export const MS_RELATIME = 1 << 21;
export const MS_STRICTATIME = 1 << 24;
export const MS_LAZYTIME = 1 << 25;

// umount2(2)
export const MNT_FORCE = 1;
export const MNT_DETACH = 2;
export const UMOUNT_NOFOLLOW = 8;

// open_tree(2), move_mount(2), mount_setattr(2)
export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_NO_AUTOMOUNT = 0x800;
export const AT_EMPTY_PATH = 0x1000;
export const AT_STATX_DONT_SYNC = 0x4000;
export const AT_RECURSIVE = 0x8000;
export const OPEN_TREE_CLONE = 1;
export const OPEN_TREE_CLOEXEC = 0o2000000;
export const MOVE_MOUNT_F_EMPTY_PATH = 0x00000004;
export const MOVE_MOUNT_T_EMPTY_PATH = 0x00000040;
export const MOUNT_ATTR_RDONLY = 0x00000001;
export const MOUNT_ATTR_NOSUID = 0x00000002;
export const MOUNT_ATTR_NODEV = 0x00000004;
export const MOUNT_ATTR_NOEXEC = 0x00000008;
export const MOUNT_ATTR__ATIME = 0x00000070;
export const MOUNT_ATTR_RELATIME = 0x00000000;
export const MOUNT_ATTR_NOATIME = 0x00000010;
export const MOUNT_ATTR_STRICTATIME = 0x00000020;
export const MOUNT_ATTR_NODIRATIME = 0x00000080;
export const MOUNT_ATTR_NOSYMFOLLOW = 0x00200000;

// fsopen(2), fsconfig(2), fsmount(2)
export const FSOPEN_CLOEXEC = 1;
export const FSMOUNT_CLOEXEC = 1;
export const FSCONFIG_SET_FLAG = 0;
export const FSCONFIG_SET_STRING = 1;
export const FSCONFIG_CMD_CREATE = 6;
export const FSCONFIG_CMD_CREATE_EXCL = 8;

// statx(2)
export const STATX_ATIME = 0x20;
export const STATX_MTIME = 0x40;
export const STATX_BTIME = 0x800;
export const STATX_ATTR_MOUNT_ROOT = 0x2000;

// open(2): the flags that node:fs does not name
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;

// lseek(2)
export const SEEK_DATA = 3;

// poll(2)
export const POLLIN = 0x1;
export const POLLPRI = 0x2;

// inotify(7)
export const IN_UNMOUNT = 0x2000;

// openat2(2)
export const RESOLVE_NO_SYMLINKS = 0x04;

// prctl(2)
export const PR_SET_PDEATHSIG = 1;
export const PR_CAPBSET_READ = 23;
export const PR_CAPBSET_DROP = 24;
export const PR_SET_CHILD_SUBREAPER = 36;

// fcntl(2)
export const F_GETFD = 1;
export const F_SETFD = 2;
export const FD_CLOEXEC = 1;

// socketpair(2)
export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_CLOEXEC = 0o2000000;

// posix_spawn(3)
export const POSIX_SPAWN_SETSIGDEF = 0x04;
export const POSIX_SPAWN_SETSIGMASK = 0x08;
export const POSIX_SPAWN_SETSID = 0x80;

// signal(7)
export const SIGKILL = 9;

// errno(3)
export const EINTR = 4;
export const ENXIO = 6;
export const ECHILD = 10;

// waitid(2)
export const P_ALL = 0;
export const WNOHANG = 1;
export const WEXITED = 4;
export const WNOWAIT = 0x01000000;
export const __WALL = 0x40000000;
export const __WNOTHREAD = 0x20000000;

// capabilities(7), linux/capability.h
export const CAP_DAC_OVERRIDE = 1;
export const CAP_DAC_READ_SEARCH = 2;
export const CAP_SYS_CHROOT = 18;
export const CAP_SYS_ADMIN = 21;
export const CAP_SETFCAP = 31;
