"""Attacks of an ordinary program on the machine: what a guest could do that has taken over the embedded kernel itself.

Started as `python -I native.py FILE` with the places as JSON in FILE, it tries each in a process of its own and writes
what they claim, as JSON, to standard output. Standard library only; it runs bound as the embedded kernel does.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import json
import mmap
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000
ATTACKS: dict[str, Callable[[SimpleNamespace], object]] = {}
"""By name. One whose effect cannot be seen from outside returns what it achieved: a bool, or a number from 0 on."""


def attack(function: Callable[[SimpleNamespace], object]) -> Callable[[SimpleNamespace], object]:
    """What this is."""
    ATTACKS[function.__name__] = function
    return function


def call(number: int, *arguments: int | bytes | str | object) -> int:
    """A system call of x86_64. Raises OSError."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a.encode() if isinstance(a, str) else a for a in arguments]
    answer: int = libc.syscall(ctypes.c_long(number), *words)
    if answer == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def overwrite(path: str, flags: int = os.O_WRONLY) -> None:
    fd = os.open(path, flags)
    os.write(fd, b"changed\n")


def reading(path: str) -> int:
    return os.open(path, os.O_RDONLY)


def link_followed(path: str, new: str) -> None:
    call(265, AT_FDCWD, path, AT_FDCWD, new, 0x400)  # linkat, AT_SYMLINK_FOLLOW; os.link follows nothing


# --- files, which Landlock confines

for _name, _path in {
    "write": "{outside}/file",
    "write_by_dot_dot": "{run}/../../outside/{name}/file",
    "write_by_proc_cwd": "/proc/self/cwd/../outside/{name}/file",
    "write_by_proc_root": "/proc/self/root{outside}/file",
    "write_the_sibling_of_the_same_prefix": "{sibling}/file",
    "write_beside_the_memory_folder": "{memory}/file",
}.items():
    ATTACKS[_name] = lambda at, path=_path: overwrite(path.format(**vars(at)))


@attack
def append(at: SimpleNamespace) -> None:
    overwrite(f"{at.outside}/file", os.O_WRONLY | os.O_APPEND)


@attack
def truncate(at: SimpleNamespace) -> None:
    os.truncate(f"{at.outside}/file", 0)


@attack
def truncate_by_opening_to_read(at: SimpleNamespace) -> None:
    os.open(f"{at.outside}/file", os.O_RDONLY | os.O_TRUNC)


@attack
def create(at: SimpleNamespace) -> None:
    os.open(f"{at.outside}/new", os.O_CREAT | os.O_WRONLY)


@attack
def create_with_openat2(at: SimpleNamespace) -> None:
    how = struct.pack("=QQQ", os.O_CREAT | os.O_WRONLY, 0o644, 0)
    call(437, AT_FDCWD, f"{at.outside}/new", how, len(how))


@attack
def create_through_a_folder_that_is_open(at: SimpleNamespace) -> None:
    os.open("new", os.O_CREAT | os.O_WRONLY, dir_fd=os.open(at.outside, os.O_PATH))


@attack
def open_again_through_proc(at: SimpleNamespace) -> None:
    overwrite(f"/proc/self/fd/{reading(f'{at.outside}/file')}")


@attack
def write_through_a_link_in_the_folder(at: SimpleNamespace) -> None:
    os.symlink(f"{at.outside}/file", f"{at.run}/link")
    overwrite(f"{at.run}/link")


@attack
def create_behind_a_dangling_link(at: SimpleNamespace) -> None:
    os.symlink(f"{at.outside}/new", f"{at.run}/link")
    os.open(f"{at.run}/link", os.O_CREAT | os.O_WRONLY)


@attack
def map_to_write(at: SimpleNamespace) -> None:
    with open(f"{at.outside}/file", "r+b") as file, mmap.mmap(file.fileno(), 4) as memory:
        memory[:4] = b"evil"


@attack
def remove(at: SimpleNamespace) -> None:
    os.unlink(f"{at.outside}/victim")


@attack
def make_folder(at: SimpleNamespace) -> None:
    os.mkdir(f"{at.outside}/new")


@attack
def remove_folder(at: SimpleNamespace) -> None:
    os.rmdir(f"{at.outside}/empty")


@attack
def symbolic_link(at: SimpleNamespace) -> None:
    os.symlink("file", f"{at.outside}/new")


@attack
def hard_link_in(at: SimpleNamespace) -> None:
    os.link(f"{at.outside}/file", f"{at.run}/mine")


@attack
def hard_link_in_through_proc(at: SimpleNamespace) -> None:
    fd = reading(f"{at.outside}/file")
    link_followed(f"/proc/self/fd/{fd}", f"{at.run}/mine")


@attack
def hard_link_out(at: SimpleNamespace) -> None:
    Path(at.run, "mine").write_text("x")
    os.link(f"{at.run}/mine", f"{at.outside}/new")


@attack
def rename_in(at: SimpleNamespace) -> None:
    os.rename(f"{at.outside}/file", f"{at.run}/mine")


@attack
def rename_out(at: SimpleNamespace) -> None:
    Path(at.run, "mine").write_text("x")
    os.rename(f"{at.run}/mine", f"{at.outside}/file")


@attack
def rename_within(at: SimpleNamespace) -> None:
    os.rename(f"{at.outside}/file", f"{at.outside}/victim")


@attack
def exchange(at: SimpleNamespace) -> None:
    Path(at.run, "mine").write_text("x")
    call(316, AT_FDCWD, f"{at.run}/mine", AT_FDCWD, f"{at.outside}/file", 2)  # RENAME_EXCHANGE


@attack
def unnamed_file_linked_out(at: SimpleNamespace) -> None:
    fd = os.open(at.outside, os.O_TMPFILE | os.O_WRONLY)
    link_followed(f"/proc/self/fd/{fd}", f"{at.outside}/new")


@attack
def unnamed_file_of_the_folder_linked_out(at: SimpleNamespace) -> None:
    fd = os.open(at.run, os.O_TMPFILE | os.O_WRONLY)
    link_followed(f"/proc/self/fd/{fd}", f"{at.outside}/new")


@attack
def fifo_outside(at: SimpleNamespace) -> None:
    os.mkfifo(f"{at.outside}/new")


@attack
def fifo_in_the_folder(at: SimpleNamespace) -> None:
    os.mkfifo(f"{at.run}/fifo")


@attack
def device_in_the_folder(at: SimpleNamespace) -> None:
    os.mknod(f"{at.run}/null", 0o20666, os.makedev(1, 3))


@attack
def named_socket_in_the_folder(at: SimpleNamespace) -> None:
    folder = os.open(at.run, os.O_PATH)  # its own name may be too long for one of a socket
    socket.socket(socket.AF_UNIX).bind(f"/proc/self/fd/{folder}/socket")


@attack
def write_to_proc_of_a_process(at: SimpleNamespace) -> None:
    Path(f"/proc/{at.victim}/oom_score_adj").write_text("500")


@attack
def write_to_a_terminal(at: SimpleNamespace) -> None:
    fd = os.open(at.terminal, os.O_WRONLY | os.O_NOCTTY)
    os.write(fd, at.name.encode() + b"\n")


# --- what Landlock does not know, and the filter refuses


@attack
def chmod(at: SimpleNamespace) -> None:
    os.chmod(f"{at.outside}/file", 0o666)


@attack
def fchmod(at: SimpleNamespace) -> None:
    os.fchmod(reading(f"{at.outside}/file"), 0o666)


@attack
def fchmodat(at: SimpleNamespace) -> None:
    call(268, AT_FDCWD, f"{at.outside}/file", 0o666)


@attack
def fchmodat2(at: SimpleNamespace) -> None:
    call(452, AT_FDCWD, f"{at.outside}/file", 0o666, 0)


@attack
def chmod_by_the_numbers_of_x32(at: SimpleNamespace) -> None:
    call(0x40000000 | 90, f"{at.outside}/file", 0o666)


@attack
def chmod_by_the_numbers_of_i386(at: SimpleNamespace) -> None:
    """Int 0x80 in a page below 4 GB: push rbx; mov eax, 15; mov ebx, path; mov ecx, mode; int 0x80; pop rbx; ret."""
    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40, 7)  # MAP_32BIT
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    path = f"{at.outside}/file".encode() + b"\0"
    code = b"\x53\xb8" + struct.pack("<I", 15) + b"\xbb" + struct.pack("<I", address + 64)
    code += b"\xb9" + struct.pack("<I", 0o666) + b"\xcd\x80\x5b\xc3"
    page[: len(code)] = code
    page[64 : 64 + len(path)] = path
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()


@attack
def set_id_by_chmod(at: SimpleNamespace) -> None:
    Path(at.run, "mine").write_text("x")
    os.chmod(f"{at.run}/mine", 0o6755)


@attack
def set_id_by_creating(at: SimpleNamespace) -> None:
    os.open(f"{at.run}/mine", os.O_CREAT | os.O_WRONLY, 0o6755)


@attack
def set_id_by_openat2(at: SimpleNamespace) -> None:
    how = struct.pack("=QQQ", os.O_CREAT | os.O_WRONLY, 0o6755, 0)
    call(437, AT_FDCWD, f"{at.run}/mine", how, len(how))


@attack
def set_id_by_creat(at: SimpleNamespace) -> None:
    call(85, f"{at.run}/mine", 0o6755)


@attack
def set_id_by_mknod(at: SimpleNamespace) -> None:
    os.mknod(f"{at.run}/mine", 0o106755)


@attack
def set_id_by_an_unnamed_file(at: SimpleNamespace) -> None:
    fd = os.open(at.run, os.O_TMPFILE | os.O_WRONLY, 0o6755)
    link_followed(f"/proc/self/fd/{fd}", f"{at.run}/mine")


@attack
def set_group_id_on_a_folder(at: SimpleNamespace) -> None:
    os.mkdir(f"{at.run}/mine")
    os.chmod(f"{at.run}/mine", 0o2777)


@attack
def chown(at: SimpleNamespace) -> None:
    os.chown(f"{at.outside}/file", 65534, 65534)


@attack
def fchown(at: SimpleNamespace) -> None:
    os.fchown(reading(f"{at.outside}/file"), 65534, 65534)


@attack
def lchown(at: SimpleNamespace) -> None:
    os.lchown(f"{at.outside}/link", 65534, 65534)


@attack
def utimensat(at: SimpleNamespace) -> None:
    os.utime(f"{at.outside}/file", (1, 1))


@attack
def futimens(at: SimpleNamespace) -> None:
    os.utime(reading(f"{at.outside}/file"), (1, 1))


@attack
def utime_by_the_oldest_call(at: SimpleNamespace) -> None:
    call(132, f"{at.outside}/file", struct.pack("=qq", 1, 1))


@attack
def utimes(at: SimpleNamespace) -> None:
    call(235, f"{at.outside}/file", struct.pack("=qqqq", 1, 0, 1, 0))


@attack
def futimesat(at: SimpleNamespace) -> None:
    call(261, AT_FDCWD, f"{at.outside}/file", struct.pack("=qqqq", 1, 0, 1, 0))


@attack
def xattr(at: SimpleNamespace) -> None:
    os.setxattr(f"{at.outside}/file", "user.evil", b"x")


@attack
def xattr_of_an_open_file(at: SimpleNamespace) -> None:
    os.setxattr(reading(f"{at.outside}/file"), "user.evil", b"x")


@attack
def xattr_at(at: SimpleNamespace) -> None:
    value = ctypes.create_string_buffer(b"x")
    arguments = struct.pack("=QII", ctypes.addressof(value), 1, 0)
    call(463, AT_FDCWD, f"{at.outside}/file", 0, b"user.evil", arguments, len(arguments))


@attack
def attributes_by_ioctl(at: SimpleNamespace) -> None:
    fcntl.ioctl(reading(f"{at.outside}/file"), 0x40086602, array.array("l", [0x80]))  # FS_IOC_SETFLAGS, noatime


@attack
def attributes_by_the_other_ioctl(at: SimpleNamespace) -> None:
    fsxattr = struct.pack("=IIIII8x", 0x40, 0, 0, 0, 0)  # noatime
    fcntl.ioctl(reading(f"{at.outside}/file"), 0x401C5820, fsxattr)  # FS_IOC_FSSETXATTR


@attack
def lock_a_file(at: SimpleNamespace) -> bool:
    fcntl.flock(reading(f"{at.outside}/file"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True


@attack
def lock_a_region(at: SimpleNamespace) -> bool:
    fcntl.lockf(reading(f"{at.outside}/file"), fcntl.LOCK_SH | fcntl.LOCK_NB)
    return True


@attack
def lease_on_a_file(at: SimpleNamespace) -> bool:
    fcntl.fcntl(reading(f"{at.outside}/file"), fcntl.F_SETLEASE, fcntl.F_RDLCK)
    return True


@attack
def open_by_handle(at: SimpleNamespace) -> int:
    handle = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0) + bytes(128))
    number = ctypes.c_int()
    call(303, AT_FDCWD, f"{at.outside}/file", handle, ctypes.byref(number), 0)
    fd = call(304, os.open(at.outside, os.O_RDONLY), handle, os.O_WRONLY)
    os.write(fd, b"evil")
    return fd


# --- sockets


def connected(kind: str, at: SimpleNamespace) -> None:
    address = at.sockets[kind]
    family = socket.AF_INET if isinstance(address, int) else socket.AF_UNIX
    with socket.socket(
        family, socket.SOCK_DGRAM if kind in {"udp", "datagram", "abstract_datagram"} else socket.SOCK_STREAM
    ) as here:
        here.connect(("127.0.0.1", address) if isinstance(address, int) else address)
        here.send(at.name.encode())


for _kind in ("tcp", "udp", "stream", "datagram", "abstract_stream", "abstract_datagram"):
    ATTACKS[f"connect_to_{_kind}"] = lambda at, kind=_kind: connected(kind, at)


@attack
def tcp_fast_open(at: SimpleNamespace) -> None:
    with socket.socket() as here:
        here.sendto(at.name.encode(), socket.MSG_FASTOPEN, ("127.0.0.1", at.sockets["tcp"]))


@attack
def udp_without_connecting(at: SimpleNamespace) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.sendto(at.name.encode(), ("127.0.0.1", at.sockets["udp"]))


@attack
def listen_on_tcp(at: SimpleNamespace) -> bool:
    with socket.create_server(("127.0.0.1", 0)):
        return True


@attack
def pair_of_sockets_to_a_named_one(at: SimpleNamespace) -> None:
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(at.name.encode(), at.sockets["datagram"])


@attack
def pair_of_sockets_to_an_abstract_one(at: SimpleNamespace) -> None:
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(at.name.encode(), at.sockets["abstract_datagram"])


@attack
def pair_of_sequenced_sockets_to_a_named_one(at: SimpleNamespace) -> None:
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pair[0].sendmsg([at.name.encode()], [], 0, at.sockets["datagram"])


@attack
def pair_of_streams_to_a_named_one(at: SimpleNamespace) -> None:
    pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    pair[0].sendmsg([at.name.encode()], [], 0, at.sockets["datagram"])


@attack
def netlink(at: SimpleNamespace) -> int:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno()


@attack
def raw_packets(at: SimpleNamespace) -> int:
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).fileno()


# --- other processes


@attack
def kill(at: SimpleNamespace) -> None:
    os.kill(at.victim, signal.SIGKILL)


@attack
def tgkill(at: SimpleNamespace) -> None:
    call(234, at.victim, at.victim, signal.SIGKILL)


@attack
def queue_a_signal(at: SimpleNamespace) -> None:
    call(129, at.victim, signal.SIGTERM, struct.pack("=iii", signal.SIGTERM, 0, -1) + bytes(116))


@attack
def signal_by_descriptor(at: SimpleNamespace) -> None:
    signal.pidfd_send_signal(os.pidfd_open(at.victim), signal.SIGKILL)


@attack
def signal_by_input(at: SimpleNamespace) -> None:
    """The kernel itself sends the owner of a descriptor a signal when there is something to read."""
    here, there = os.pipe()
    fcntl.fcntl(here, fcntl.F_SETOWN, at.victim)
    fcntl.fcntl(here, 10, signal.SIGKILL)  # F_SETSIG
    fcntl.fcntl(here, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(there, b"x")


@attack
def trace(at: SimpleNamespace) -> bool:
    call(101, 16, at.victim, 0, 0)  # PTRACE_ATTACH
    os.waitpid(at.victim, 0x40000000)  # __WALL
    call(101, 17, at.victim, 0, 0)  # PTRACE_DETACH
    return True


@attack
def write_its_memory(at: SimpleNamespace) -> None:
    value = ctypes.create_string_buffer(b"EVIL")
    here = struct.pack("=QQ", ctypes.addressof(value), 4)
    call(311, at.victim, here, 1, struct.pack("=QQ", at.environment, 4), 1, 0)


@attack
def write_its_memory_through_proc(at: SimpleNamespace) -> None:
    fd = os.open(f"/proc/{at.victim}/mem", os.O_RDWR)
    os.pwrite(fd, b"EVIL", at.environment)


@attack
def take_its_descriptor(at: SimpleNamespace) -> int:
    return call(438, os.pidfd_open(at.victim), 0, 0)


@attack
def limit_it(at: SimpleNamespace) -> None:
    call(302, at.victim, 7, struct.pack("=QQ", 3, 3), 0)  # RLIMIT_NOFILE


@attack
def make_it_wait(at: SimpleNamespace) -> None:
    os.setpriority(os.PRIO_PROCESS, at.victim, 19)


@attack
def schedule_it(at: SimpleNamespace) -> None:
    os.sched_setscheduler(at.victim, os.SCHED_BATCH, os.sched_param(0))


@attack
def move_it(at: SimpleNamespace) -> None:
    os.sched_setaffinity(at.victim, {min(os.sched_getaffinity(0))})


@attack
def leave_the_session(at: SimpleNamespace) -> bool:
    """So that whoever ends the run's session does not end this."""
    if os.fork() == 0:
        try:
            os.setsid()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.wait()[1] == 0


@attack
def leave_the_group(at: SimpleNamespace) -> bool:
    os.setpgid(0, 0)
    return True


# --- the machine


@attack
def namespace_of_users(at: SimpleNamespace) -> bool:
    return call(272, 0x10000000) == 0  # unshare, CLONE_NEWUSER


@attack
def namespace_of_mounts(at: SimpleNamespace) -> bool:
    return call(272, 0x20000) == 0


@attack
def namespace_by_clone(at: SimpleNamespace) -> bool:
    child = call(56, 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    return True


@attack
def namespace_by_clone3(at: SimpleNamespace) -> bool:
    arguments = struct.pack("=QQQQQQQQ", 0x10000000, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    child = call(435, arguments, len(arguments))
    if child == 0:
        os._exit(0)
    return True


@attack
def mount_something(at: SimpleNamespace) -> bool:
    call(272, 0x20000)  # in a mount namespace of its own, for the machine's sake
    call(165, b"none", b"/", b"none", 16384 | 262144, 0)  # MS_REC | MS_PRIVATE
    return call(165, b"none", at.run, b"tmpfs", 0, 0) == 0


@attack
def change_the_root(at: SimpleNamespace) -> bool:
    return call(161, at.run) == 0


@attack
def make_a_file_system(at: SimpleNamespace) -> int:
    return call(430, b"tmpfs", 0)  # fsopen


@attack
def become_somebody_else(at: SimpleNamespace) -> bool:
    return call(105, 65534) == 0


@attack
def name_the_machine(at: SimpleNamespace) -> bool:
    name = socket.gethostname().encode()
    return call(170, name, len(name)) == 0


@attack
def io_uring(at: SimpleNamespace) -> int:
    """Its requests are made by the kernel, where no filter sees them."""
    return call(425, 2, ctypes.create_string_buffer(120))


@attack
def asynchronous_io(at: SimpleNamespace) -> bool:
    return call(206, 1, ctypes.byref(ctypes.c_ulong(0))) == 0


@attack
def bpf(at: SimpleNamespace) -> int:
    return call(321, 0, struct.pack("=IIIII", 2, 4, 4, 1, 0) + bytes(100), 120)  # an array map


@attack
def perf_events(at: SimpleNamespace) -> int:
    return call(298, struct.pack("=IIQ", 1, 128, 0) + bytes(112), 0, -1, -1, 0)


@attack
def userfaultfd(at: SimpleNamespace) -> int:
    return call(323, 1)  # UFFD_USER_MODE_ONLY


@attack
def keyring(at: SimpleNamespace) -> int:
    return call(248, b"user", f"dxemu-{at.name}", b"x", 1, -2)  # add_key to the process's keyring


@attack
def shared_memory_of_system_v(at: SimpleNamespace) -> int:
    number = call(29, 0, 4096, 0o600)  # shmget, IPC_PRIVATE
    call(31, number, 0, 0)  # shmctl, IPC_RMID
    return number


@attack
def message_queue(at: SimpleNamespace) -> int:
    name = f"dxemu-{at.name}"
    number = call(240, name, os.O_CREAT | os.O_RDWR, 0o600, 0)
    call(241, name)
    return number


@attack
def watch_files(at: SimpleNamespace) -> int:
    return call(300, 0, os.O_RDONLY)  # fanotify_init


@attack
def type_into_a_terminal(at: SimpleNamespace) -> bool:
    fd = os.open(at.terminal, os.O_RDONLY | os.O_NOCTTY)
    for letter in (*at.name.encode(), 10):
        fcntl.ioctl(fd, 0x5412, bytes([letter]))  # TIOCSTI
    return True


@attack
def change_a_terminal(at: SimpleNamespace) -> bool:
    fd = os.open(at.terminal, os.O_RDONLY | os.O_NOCTTY)
    fcntl.ioctl(fd, 0x5414, struct.pack("=HHHH", 1, 1, 0, 0))  # TIOCSWINSZ
    return True


def is_root() -> bool:
    """Whether every attack may succeed where there is no wall."""
    return os.geteuid() == 0


def tried(name: str, at: SimpleNamespace) -> str:
    """What it claims to have achieved, from a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        claim = ""
        try:
            answer = ATTACKS[name](at)
            achieved = answer if isinstance(answer, bool) else isinstance(answer, int) and answer >= 0
            claim = "it says that it worked" if achieved else ""
        except OSError:
            pass
        except BaseException:  # noqa: BLE001 - told to whoever reads the output
            traceback.print_exc()
            os._exit(2)
        os.write(writer, claim.encode())
        os._exit(0)
    os.close(writer)
    claim = os.read(reader, 1000).decode()
    os.close(reader)
    os.waitpid(child, 0)
    return claim


def main() -> None:
    places = json.loads(Path(sys.argv[1]).read_text())
    print(json.dumps({name: tried(name, SimpleNamespace(**place)) for name, place in places.items()}))


if __name__ == "__main__":
    main()
