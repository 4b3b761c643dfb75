# tries: cells with keys like methods and templates
for cell in notebook["cells"]:
    cell.update({"__class__": "x", "get": 1, "items": [], "keys": None, "{{7*7}}": "{{7*7}}", "__proto__": {"polluted": 1}, "constructor": "x", "": "", "\x00": "\x00"})
notebook.update({"__class__": {}, "cells ": [], "nbformat ": 4, "metadata\x00": 1})
