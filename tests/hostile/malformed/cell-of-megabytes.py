# tries: one cell of three megabytes of code
notebook["cells"].append(code_cell("x = 1\n" * 500_000))
