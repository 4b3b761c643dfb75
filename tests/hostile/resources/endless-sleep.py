# tries: sleep for a year
# verdict: completed | timeout
import time
time.sleep(3e7)
