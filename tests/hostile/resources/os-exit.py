# tries: leave by os._exit
# order: attack first
# verdict: crashed
import os
os._exit(0)
