# tries: the format of 2013
upload = dump({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "old"}, "worksheets": [{"metadata": {}, "cells": [
    {"cell_type": "code", "language": "python", "metadata": {}, "input": "".join(cell["source"]), "outputs": [], "collapsed": False, "prompt_number": 1}
    for cell in notebook["cells"] if cell["cell_type"] == "code"]}]})
