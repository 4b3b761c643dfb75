# tries: a thousand figures left open
# verdict: completed | timeout | memory limit | cpu limit
import matplotlib.pyplot as plt
figures = [plt.figure() for _ in range(1_000)]
