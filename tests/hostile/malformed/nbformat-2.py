# tries: the format of 2011: worksheets, input in place of source
upload = dump({"nbformat": 2, "metadata": {"name": "old"}, "worksheets": [{"cells": [
    {"cell_type": "code", "language": "python", "input": "".join(cell["source"]), "outputs": [], "collapsed": False}
    for cell in notebook["cells"] if cell["cell_type"] == "code"]}]})
