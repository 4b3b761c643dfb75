# tries: markup, scripts, formulas and references in every text of a figure
import matplotlib.pyplot as plt, numpy as np
bad = "]]></text><script>alert(1)</script><svg onload=alert(1)>&#0;\x1b[31m\u202e=cmd|'/c calc'!A0"
x = np.arange(-5, 5, 0.02)
fig, ax = plt.subplots(num=bad)
ax.plot(x, np.sin(x) + 3, label=bad, color="red", gid=bad, url="javascript:alert(1)")
ax.plot(x, np.cos(x) + 3, label="df(x)" + "\0" + bad)
ax.set_title(bad); ax.set_xlabel(bad); ax.set_ylabel(bad); fig.suptitle(bad); ax.legend(title=bad)
ax.annotate(bad, (0, 0)); fig.set_gid(bad)
derivative = lambda f, xs: [3.0] * len(xs)
