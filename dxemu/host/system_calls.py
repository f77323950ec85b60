"""The system calls that the embedded kernel makes, and those that it is refused. Pure.

What is not listed is refused: chmod, chown, utime, xattrs, mknod, sockets, mounts, namespaces, io_uring (whose requests
no filter sees), locks on files of others, and whatever Linux learns later. Landlock says *where* files may be changed;
this says *how*. Seen with strace on Linux 6.12 with ptrace; what 7.3 and its seccomp mode need was read in arch/um, and
tried.
"""

from __future__ import annotations

import errno
import socket
import termios
from collections.abc import Mapping

from dxemu.host.bpf import Answer, Argument, CallRule

Rules = Mapping[int, CallRule | Answer]
"""By number of the call."""

# Names and numbers, <asm/unistd_64.h>.
_FREE = """
    # Reading, and moving data between what is open already.
    read 0  pread64 17  readv 19  preadv 295  write 1  pwrite64 18  writev 20  pwritev 296  close 3  close_range 436
    lseek 8  stat 4  fstat 5  lstat 6  newfstatat 262  statx 332  access 21  faccessat 269  faccessat2 439  readlink 89
    readlinkat 267  getdents 78  getdents64 217  getcwd 79  chdir 80  fchdir 81  statfs 137  fstatfs 138
    fadvise64 221  dup 32  dup2 33  dup3 292  pipe 22  pipe2 293  poll 7  ppoll 271  select 23  pselect6 270
    epoll_create 213  epoll_create1 291  epoll_ctl 233  epoll_wait 232  epoll_pwait 281  eventfd2 290  fsync 74
    fdatasync 75

    # Changing files, which Landlock confines.
    mkdir 83  mkdirat 258  rmdir 84  unlink 87  unlinkat 263  rename 82  renameat 264  renameat2 316  link 86
    linkat 265  symlink 88  symlinkat 266  truncate 76  ftruncate 77  fallocate 285

    # Memory.
    mmap 9  mprotect 10  munmap 11  mremap 25  madvise 28  msync 26  brk 12  memfd_create 319

    # Processes. Which of them it may trace and send signals to, Landlock says.
    fork 57  vfork 58  execve 59  execveat 322  exit 60  exit_group 231  wait4 61  waitid 247  getpid 39  getppid 110
    gettid 186  getpgrp 111  getpgid 121  getsid 124  getuid 102  geteuid 107  getgid 104  getegid 108  getgroups 115
    getresuid 118  getresgid 120  kill 62  tkill 200  tgkill 234  ptrace 101  prctl 157  arch_prctl 158
    personality 135  seccomp 317  set_tid_address 218  set_robust_list 273  get_robust_list 274  rseq 334
    sched_yield 24  sched_getaffinity 204  getcpu 309  getrlimit 97  setrlimit 160  getrusage 98  sysinfo 99  uname 63
    times 100  capget 125  capset 126  futex 202  membarrier 324  restart_syscall 219  getrandom 318

    # Signals and time.
    rt_sigaction 13  rt_sigprocmask 14  rt_sigreturn 15  rt_sigpending 127  rt_sigsuspend 130  rt_sigtimedwait 128
    sigaltstack 131  pause 34  alarm 37  setitimer 38  getitimer 36  timer_create 222  timer_settime 223
    timer_gettime 224  timer_getoverrun 225  timer_delete 226  clock_gettime 228  clock_getres 229
    clock_nanosleep 230  nanosleep 35  gettimeofday 96  time 201  signalfd 282  signalfd4 289

    # The channel, and file descriptors handed to its own processes. sendmsg could name another socket, but not on a
    # stream, and there are no others.
    sendmsg 46  recvmsg 47  recvfrom 45  shutdown 48
"""
OPEN, OPENAT, OPENAT2, CLONE, CLONE3, FCNTL, IOCTL, FCHMOD = 2, 257, 437, 56, 435, 72, 16, 91
SOCKETPAIR, SENDTO, PRLIMIT64, SCHED_SETAFFINITY = 53, 44, 302, 203

_SPECIAL_BITS = 0o7000
"""Set-user-id, set-group-id and sticky: open(2) takes them for a new file, and no chmod is needed."""
_NEW_NAMESPACES = 0x7E020000  # CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET
_CLONE_PARENT = 0x8000
# <linux/fcntl.h>: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_SETOWN, F_GETOWN, F_SETSIG, F_GETSIG,
# F_DUPFD_CLOEXEC, and the seals of its own memory files. Locks, leases and notes on files of others are not here.
_FCNTLS = frozenset({0, 1, 2, 3, 4, 8, 9, 10, 11, 1030, 1033, 1034})
_TCGETS2 = 0x802C542A  # <asm-generic/ioctls.h>: isatty(3) from glibc 2.42 on
_IOCTLS = frozenset(
    {termios.TCGETS, _TCGETS2, termios.TIOCGWINSZ, termios.FIONREAD, termios.FIONBIO, termios.FIOASYNC}
    | {termios.FIOCLEX, termios.FIONCLEX}
)
_STUB_MODE = 0o500


def _free() -> dict[str, int]:
    words = [word for line in _FREE.splitlines() if not line.strip().startswith("#") for word in line.split()]
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}


FREE: Mapping[str, int] = _free()
"""Calls that are allowed whatever their arguments are."""


def rules(*, resolves_beneath: bool, stub_in_a_file: bool, siblings: bool = False) -> Rules:
    """By number: which calls the embedded kernel may make.

    `resolves_beneath`: `hostfs_write` opens with openat2(2), whose arguments no filter can see. `stub_in_a_file`: this
    machine's memfd_create(2) knows no MFD_EXEC (Linux before 6.3), so the kernel (from 6.13 on) puts the program that
    its processes start with into a file and makes it executable; a guest's chmod has the file's type in its mode.
    `siblings`: a program of the guest is made by another one, as a child of the kernel's process (CLONE_PARENT).
    """
    made: dict[int, CallRule | Answer] = {number: CallRule() for number in FREE.values()}
    made |= {
        OPEN: _without(2, _SPECIAL_BITS),
        OPENAT: _without(3, _SPECIAL_BITS),
        OPENAT2: CallRule() if resolves_beneath else Answer(errno.ENOSYS),
        CLONE: _without(0, _NEW_NAMESPACES if siblings else _NEW_NAMESPACES | _CLONE_PARENT),
        CLONE3: Answer(errno.ENOSYS),  # its arguments cannot be seen; libc falls back on clone
        FCNTL: CallRule((Argument(1, _FCNTLS),)),
        IOCTL: CallRule((Argument(1, _IOCTLS),)),
        SOCKETPAIR: CallRule(
            (
                Argument(0, frozenset({socket.AF_UNIX})),
                # A pair of datagram sockets could be sent from to any named or abstract address.
                Argument(
                    1, frozenset({socket.SOCK_STREAM}), ~(socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) & 0xFFFFFFFF
                ),
            )
        ),
        SENDTO: CallRule((Argument(4, frozenset({0}), whole=True),)),  # what send(2) is: no address
        PRLIMIT64: CallRule((Argument(0, frozenset({0})),)),  # its own limits
        SCHED_SETAFFINITY: CallRule((Argument(0, frozenset({0})),)),
    }
    if stub_in_a_file:
        made[FCHMOD] = CallRule((Argument(1, frozenset({_STUB_MODE})),))
    return made


def _without(index: int, bits: int) -> CallRule:
    return CallRule((Argument(index, frozenset({0}), mask=bits),))
