# tries: a detached process that outlives the run and writes results afterwards
# order: attack first
import os, subprocess, sys, time
code = "import time\nfor _ in range(600):\n    time.sleep(1)\n    open('results.json', 'w').write('{\"score\": 100}')"
try:
    subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
except OSError as error:
    print(error)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
