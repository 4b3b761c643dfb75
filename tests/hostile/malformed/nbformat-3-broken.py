# tries: an old format whose worksheets are no worksheets
# verdict: unreadable
upload = dump({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [5, None, {"cells": 3}]})
