# tries: a timer's signal handler that rewrites names and locals between two instructions of the agent
# bind: 0.0
import signal, sys
def handler(number, frame):
    while frame:
        for name in list(frame.f_locals):
            if isinstance(frame.f_locals[name], (int, float, bool)) and name != "fd":
                try:
                    frame.f_locals[name] = 1
                    import ctypes
                    ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
                except Exception: pass
        frame = frame.f_back
    globals().update(reason="c", held=[40.0, 80.0, 120.0, 160.0])
signal.signal(signal.SIGVTALRM, handler)
signal.setitimer(signal.ITIMER_VIRTUAL, .005, .005)
