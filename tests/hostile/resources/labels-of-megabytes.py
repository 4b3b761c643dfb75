# tries: labels, titles and ticks of megabytes
import matplotlib.pyplot as plt, numpy as np
x = np.arange(-5, 5, .02)
fig, ax = plt.subplots()
ax.plot(x, x, label="l" * (4 << 20)); ax.plot(x, x, label="m\n" * (1 << 20))
ax.set_title("t" * (4 << 20)); ax.set_xticks(range(1000), ["k" * 5000] * 1000)
