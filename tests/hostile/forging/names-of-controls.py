# tries: classes, functions, errors and labels whose names are controls, markup, formulas and halves of characters
# order: attack first
import torch, numpy as np
bad = "\ud800\u202e\x00\x1b[2J</script><script>alert(1)</script>=cmd|' /C calc'!A0\n" + "n" * 100000
E = type(bad.replace("\x00", ""), (RuntimeError,), {"__module__": bad, "__qualname__": bad})
def derivative(f, xs): raise E(bad)
def nth_derivative(f, x, n): raise type("K", (KeyError,), {})(bad, {bad: bad})
derivative.__name__ = nth_derivative.__qualname__ = bad
second_error = E(bad); vector_error = E(*[bad] * 50); backward_error = E(); backward_error.__notes__ = [bad] * 1000
second_backward_error = ExceptionGroup(bad, [E(bad)] * 1000)
backward_error.__cause__ = second_error; second_error.__context__ = vector_error; vector_error.__cause__ = backward_error
held = type(bad.replace("\x00", ""), (), {"__repr__": lambda self: bad})()
reason = bad; graph_sizes = {bad: bad}
raise E(bad)
