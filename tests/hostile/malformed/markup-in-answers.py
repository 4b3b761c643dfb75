# tries: bidirectional overrides, terminal escapes and markup in answers, names and errors
bad = "\u202e\u2066</pre><script>alert(1)</script><img src=x onerror=alert(1)>\x1b]0;x\x07\x1b[2J\u0000\x08\x7f\x85\u2028]]>&#0;"
for cell in notebook["cells"]:
    if cell.get("id", "").startswith("q1-answer"):
        cell["source"] = "graph_sizes = " + repr(bad)[:-1] + bad.replace("\n", "") + "'\nraise ValueError(graph_sizes)"
    if cell.get("id", "").startswith("q2-answer"):
        cell["source"] = "# " + bad + "\nraise type(" + repr("E" + bad.replace("\x00", "")) + ", (Exception,), {})(" + repr(bad) + ")"
