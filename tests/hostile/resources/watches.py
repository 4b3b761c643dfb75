# tries: takes the user's inotify instances and epolls
import ctypes, os
libc = ctypes.CDLL(None)
for _ in range(2000):
    if libc.inotify_init() < 0 and libc.epoll_create(1) < 0: break
