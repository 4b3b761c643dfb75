# tries: priority, affinity and scheduling of itself and of its parents
import os
for pid in (0, os.getppid(), 1):
    for act in (lambda: os.setpriority(os.PRIO_PROCESS, pid, 19), lambda: os.sched_setaffinity(pid, {0}),
                lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0)),
                lambda: os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(99))):
        try: act()
        except OSError: pass
