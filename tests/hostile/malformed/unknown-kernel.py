# tries: a kernel that nobody has
notebook["metadata"]["kernelspec"] = {"name": "../../bin/sh", "display_name": "R", "language": "R"}
notebook["metadata"]["language_info"] = {"name": "R"}
