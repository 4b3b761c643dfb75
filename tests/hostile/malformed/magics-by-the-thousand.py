# tries: a cell of ten thousand magics, help signs and shell lines
# verdict: completed | timeout
notebook["cells"] += [code_cell("x?\n" * 600), code_cell("%" * 3000), code_cell("!" * 3000), code_cell("?" * 3000), code_cell("%%time\n" * 1000 + "1"), code_cell(";" * 3000), code_cell(",f a\n/f b\n" * 300), code_cell("%%%%\n" * 1000)]
