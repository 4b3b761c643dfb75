# tries: stop the own process, so that it neither answers nor ends
# order: attack first
# verdict: timeout
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
