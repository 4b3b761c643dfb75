# tries: expressions nested as deep as the parser goes, of many kinds
kinds = ["-" * 5000 + "1", "not " * 5000 + "1", "(" * 150 + ")" * 150, "a" + ".b" * 20000, "f" + "()" * 20000,
         "+".join("1" * 40000), "1 if 1 else " * 3000 + "1", "lambda:" * 3000 + "1", "x" + "[0]" * 20000, "**".join("2" * 5000),
         "1" + "<2" * 40000, "{" * 100 + "}" * 100, "[" * 190 + "]" * 190, "'a' " * 40000, "await " * 100 + "x", "x:=" * 100 + "1", "*" * 5000 + "a"]
answers = [c for c in notebook["cells"] if "-answer" in c.get("id", "") and not c["id"].startswith("q4")]
for n, kind in enumerate(kinds):
    answers[n % len(answers)]["source"] = ["".join(answers[n % len(answers)]["source"]) + "\n" + "v%d = " % n + kind]
for n, kind in enumerate(kinds):
    notebook["cells"].append(code_cell("w%d = " % n + kind))
