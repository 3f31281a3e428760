/*
 * What the kernel alone takes for what scopes are measured at, in milliseconds, in a namespace of its own:
 *   floor fixture         a tmpfs with 100 files in 10 directories, written, read, unmounted
 *   floor overlay TREE    an overlay over TREE with its upper layer on a tmpfs, 1,000 files appended to, unmounted
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void expect(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static void fixture(void) {
  char content[240], path[64];
  struct stat status;
  memset(content, 'c', sizeof content);
  expect(!mount("tmpfs", "/mnt", "tmpfs", 0, ""), "mount");
  for (int i = 0; i < 10; i++) {
    snprintf(path, sizeof path, "/mnt/directory-%d", i);
    expect(!mkdir(path, 0755), path);
  }
  for (int i = 0; i < 100; i++) {
    snprintf(path, sizeof path, "/mnt/directory-%d/file-%d.txt", i % 10, i);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    expect(write(fd, content, sizeof content) == sizeof content, path);
    close(fd);
  }
  for (int i = 0; i < 100; i++) {
    snprintf(path, sizeof path, "/mnt/directory-%d/file-%d.txt", i % 10, i);
    int fd = open(path, O_RDONLY);
    expect(!fstat(fd, &status) && read(fd, content, sizeof content) == sizeof content, path);
    close(fd);
  }
  expect(!umount2("/mnt", MNT_DETACH), "umount2");
}

static void overlay(const char *tree) {
  char options[1024], path[1024];
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=/mnt/upper,workdir=/mnt/work", tree);
  expect(!mount("tmpfs", "/mnt", "tmpfs", 0, ""), "mount");
  expect(!mkdir("/mnt/upper", 0755) && !mkdir("/mnt/work", 0755), "mkdir");
  expect(!mount("overlay", tree, "overlay", 0, options), tree);
  for (int i = 0; i < 1000; i++) {
    snprintf(path, sizeof path, "%s/%d/%d.txt", tree, i % 50, i);
    int fd = open(path, O_WRONLY | O_APPEND);
    expect(write(fd, "y", 1) == 1, path);
    close(fd);
  }
  expect(!umount2(tree, MNT_DETACH) && !umount2("/mnt", MNT_DETACH), "umount2");
}

int main(int argc, char **argv) {
  expect(!unshare(CLONE_NEWNS) && !mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "unshare");
  double start = now();
  if (argc > 2) overlay(argv[2]);
  else fixture();
  printf("%.3f\n", now() - start);
  return 0;
}
