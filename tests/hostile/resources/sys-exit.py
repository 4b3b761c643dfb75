# tries: leave by sys.exit
# verdict: completed
import sys
sys.exit(0)
