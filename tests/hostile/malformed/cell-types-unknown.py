# tries: cells of unknown and of missing type
notebook["cells"] += [{"cell_type": "video", "source": "1/0"}, {"source": "1/0"}, {"cell_type": ["code"], "source": "1/0"}]
