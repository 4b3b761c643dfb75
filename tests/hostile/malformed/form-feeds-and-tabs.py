# tries: form feeds and other ends of lines
edit_sources(notebook, lambda t: "\x0c\n" + t.replace("\n", "\r\n") + "\n# \u2028 end\n")
upload = dump(notebook)
