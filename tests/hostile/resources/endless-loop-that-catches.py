# tries: a loop that never ends and catches every interrupt
# order: attack first
# verdict: timeout
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
