# tries: start processes while the own one ends or forks, from every hook that Python has
import atexit, multiprocessing.util, os, subprocess, sys, threading
def again():
    for _ in range(20):
        try:
            subprocess.Popen(["sleep", "300"], start_new_session=True)
        except OSError:
            return
class Last:
    def __del__(self, start=again):
        start()
sys.modules["last"] = Last()
atexit.register(again)
threading._register_atexit(again)
multiprocessing.util.Finalize(None, again, exitpriority=10)
os.register_at_fork(after_in_child=again)
if not os.fork():
    os._exit(0)
