# tries: use up what the kernel counts per user: watches, timers, polls
import ctypes, select
libc = ctypes.CDLL(None, use_errno=True)
watches = 0
while libc.inotify_init() >= 0:
    watches += 1
polls = []
try:
    while True:
        polls.append(select.epoll())
except OSError as error:
    print(watches, error)
event = (ctypes.c_long * 8)(0, 10, 1)
timer, timers = ctypes.c_void_p(), 0
while timers < 100_000 and not libc.timer_create(1, event, ctypes.byref(timer)):
    timers += 1
print(timers)
