# tries: warnings and log records that make the scorer look into a pipe, fill its loggers and write to the terminal
import os
child = ours("autograder.sandbox.child")
os.mkfifo("pipe")
more = {
    "warned": [[UserWarning("\x1b]0;owned\x07"), os.path.abspath("pipe"), 1], [UserWarning("a"), "/dev/zero", 1]],
    "logged": [["a." * 200_000, 50, "\x1b]0;owned\x07"], *([f"logger{n}", 50, "a"] for n in range(900))],
    "printed": "passed", "complained": "passed",
}
def telling(handler):
    return lambda agent, message: {**handler(agent, message), **more}
for name in list(child.HANDLERS):
    if name != "cell":
        child.HANDLERS[name] = telling(child.HANDLERS[name])
