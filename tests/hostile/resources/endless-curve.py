# tries: a figure with a million points in a thousand curves
# verdict: completed | timeout | memory limit | crashed
import matplotlib.pyplot as plt, numpy as np
fig, ax = plt.subplots()
points = np.zeros(100_000)
for _ in range(300):
    ax.plot(points, points, label="f")
x = points
