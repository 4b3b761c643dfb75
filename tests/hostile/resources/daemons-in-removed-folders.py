# tries: leave daemons that ignore every signal, in sessions of their own and folders that are gone
import os, signal, time
for n in range(12):
    if not os.fork():
        os.setsid()
        if os.fork():
            os._exit(0)
        for number in signal.valid_signals():
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        os.mkdir(f"gone{n}")
        os.chdir(f"gone{n}")
        os.rmdir(f"../gone{n}")
        while True:
            time.sleep(5)
