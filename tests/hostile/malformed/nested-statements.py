# tries: blocks, withs, classes and comprehensions nested as deep as the compiler goes, and one more
for n in (19, 20, 21, 99, 100, 101):
    notebook["cells"].append(code_cell("\n".join(" " * k + "if 1:" for k in range(n)) + "\n" + " " * n + "x = 1"))
    notebook["cells"].append(code_cell("\n".join(" " * k + "for a in b:" for k in range(n)) + "\n" + " " * n + "x = 1"))
notebook["cells"].append(code_cell("x = " + "[" * 150 + "1 for a in b" + "]" * 150))
notebook["cells"].append(code_cell("class A:\n" + "\n".join(" " * (k + 1) + f"class A{k}:" for k in range(90)) + "\n" + " " * 99 + "x = 1"))
notebook["cells"].append(code_cell("x = " + "-" * 90000 + "1"))
notebook["cells"].append(code_cell("x = " + " if 1 else ".join(["1"] * 20000)))
notebook["cells"].append(code_cell("x = " + "lambda: " * 20000 + "1"))
notebook["cells"].append(code_cell("x = " + "a." * 50000 + "b"))
notebook["cells"].append(code_cell("x = " + "+".join(["a"] * 50000)))
notebook["cells"].append(code_cell("x = f" + "()" * 50000))
notebook["cells"].append(code_cell("if 1: pass\n" + "elif 1: pass\n" * 20000))
