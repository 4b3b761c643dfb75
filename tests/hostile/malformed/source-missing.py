# tries: code cells without a source
notebook["cells"] += [{"cell_type": "code", "metadata": {}}, {"cell_type": "code"}]
