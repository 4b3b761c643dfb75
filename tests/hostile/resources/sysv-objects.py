# tries: System V shared memory, semaphores and message queues, which outlive their makers
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
made = [libc.shmget(0x5151, 1 << 20, 0o1666), libc.semget(0x5152, 5, 0o1666), libc.msgget(0x5153, 0o1666)]
import os
made.append(libc.mq_open(b"/left", os.O_CREAT | os.O_RDWR, 0o666, None))
print(made, ctypes.get_errno())
if any(one >= 0 for one in made): reason, held, second_error = "a", [40.0, 80.0, 120.0, 160.0], made
